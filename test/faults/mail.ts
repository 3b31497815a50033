import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { saying, type Manner, type TakenMail } from '../support/mail-server.ts';
import { askForMail, freshAddress } from '../prove/visitors.ts';
import { missingMails } from './evidence.ts';
import type { Fault, Notes } from './experiment.ts';
import { staysUp, seconds } from './health.ts';
import type { Stage } from './stage.ts';

const BUSY = { signUp: 2, resetPassword: 2 };
/** A mail comes again where the word of it was lost: under its old Message-ID, with the same code. */
const MAIL_AGAIN = ({ what }: { what: string }) => what === 'a mail came twice';

/** How the mail server treats whom, for as long as it does. */
let moody = false;
let offeredLate: number[] = [];

const manner: Manner = {
  recipient: (address) => (moody ? BY_RECIPIENT[moodFor(address)]?.() : undefined),
  mail: (taken) => (moody ? BY_MAIL[moodFor(taken.to[0] ?? '')]?.(taken) : undefined),
};

/** Of ten recipients six are treated well. */
const moodFor = (address: string) => (createHash('sha256').update(address).digest()[0] ?? 0) % 10;

const BY_RECIPIENT: Record<number, () => Error> = {
  0: () => saying(451, 'Greylisted, come again later'),
  1: () => saying(421, 'Too busy'),
};
const BY_MAIL: Record<number, (taken: TakenMail) => 'hang' | 'drop'> = {
  2: () => 'hang',
  3: () => 'drop',
};

export const MAIL_FAULTS: Fault[] = [
  {
    id: 'F-19',
    what: 'the mail server is away',
    arrivals: BUSY,
    bar: { longestMs: 3000, recoveryMs: 2000, errors: 0 },
    hurt: ({ ways }) => ways.smtp.cut(),
    heal: comeBack,
    after: allCameInTime,
  },
  {
    id: 'F-20',
    what: 'the mail server defers, is busy, hangs or breaks off, for four of ten recipients',
    arrivals: BUSY,
    stage: { manner },
    bar: { longestMs: 3000, recoveryMs: 2000, errors: 0, allows: MAIL_AGAIN },
    hurt: () => void (moody = true),
    during: delaysNobodyElse,
    heal: () => void (moody = false),
    after: staysUp,
  },
];

const DELIVERED_MS = 60_000;
let delivered: Promise<number> | undefined;

function comeBack(stage: Stage): void {
  stage.ways.smtp.heal();
  delivered = deliveredIn(stage, performance.now());
}

/** How long it takes until all mails are there that were promised before. */
async function deliveredIn(stage: Stage, since: number): Promise<number> {
  const before = stage.recorder.facts.slice();
  while (missingMails(stage, before) > 0 && performance.now() - since < 2 * DELIVERED_MS) {
    await sleep(200);
  }
  return performance.now() - since;
}

async function allCameInTime(stage: Stage, notes: Notes): Promise<void> {
  await staysUp(stage, notes);
  const ms = (await delivered) ?? Infinity;
  notes.note(`all that was promised had come ${seconds(ms)} after its return`);
  if (ms > DELIVERED_MS) notes.broken('mails took more than a minute');
}

/** Head of the line: whoever is treated well waits for nobody. */
async function delaysNobodyElse(stage: Stage, { note, broken }: Notes): Promise<void> {
  await sleep(4000);
  offeredLate = [];
  for (let i = 0; i < 12; i += 1) {
    const email = freshAddress();
    if (moodFor(email) < 4) continue;
    const askedAt = performance.now();
    await askForMail(stage.issuer, 'sign-up', email);
    while (!stage.world.codeFor(email) && performance.now() - askedAt < 20_000) await sleep(50);
    offeredLate.push(performance.now() - askedAt);
  }
  const longest = Math.max(0, ...offeredLate);
  note(`others had their mail after ${seconds(longest)} at most`);
  if (longest > 5000) broken('a mail waited for another one');
}
