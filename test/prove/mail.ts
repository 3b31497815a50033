import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type ClientConfig } from 'pg';
import { createDatabase } from '../support/database.ts';
import { databaseUrl } from '../support/database-url.ts';
import { freePort } from '../support/http.ts';
import { type MailServer, openMailServer } from '../support/mail-server.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { makeCrowd } from './crowd.ts';
import { median } from './statistics.ts';
import type { Row } from './table.ts';
import { type Entrance, type Promised, askForMail, freshAddress } from './visitors.ts';
import { WIDE } from './wide-budgets.ts';

const KILLS = 200;
const VISITORS = 4;
/** From the first request of a round to its end. */
const LATEST_KILL_MS = 1500;
/** A mail in hand when its process died is claimed for a while, and found overdue a little later. */
const PATIENCE_MS = 12 * 60_000;

/** A real server is killed again and again; what its pages promised must be mailed all the same. */
export async function kills(): Promise<Row[]> {
  const town = await openTown();
  const promised: Promised[] = [];
  let cut = 0;
  for (let round = 0; round < KILLS; round += 1) {
    const server = await town.start();
    const visiting = Promise.all(
      Array.from({ length: VISITORS }, (_, i) => visitUntilCut(town, i, promised)),
    );
    await sleep(randomInt(LATEST_KILL_MS));
    await server.stop('SIGKILL');
    cut += (await visiting).length;
  }
  const server = await town.start();
  const missing = () => missingOf(town.mails, promised);
  const left = await until(() => missing().length === 0, PATIENCE_MS);
  await sleep(5000);
  await server.stop();
  const { twice, codes, strange } = await inspect(town);
  await town.close();
  return [
    {
      proof: `${KILLS} SIGKILLs at random moments of sign-ups and resets`,
      expected: 'codes promised by a page and never mailed 0',
      seen: `${promised.length} promised, ${missing().length} never mailed; the last came ${seconds(left)} after the last start; ${cut} visits cut off`,
      holds: missing().length === 0 && promised.length > KILLS,
    },
    {
      proof: 'the same kills: mails that came twice',
      expected: 'only with the same code; no mail without its record',
      seen: `${twice} addresses had more than one, ${codes} of them with different codes; ${strange} mails without a record`,
      holds: codes === 0 && strange === 0,
    },
  ];
}

const AWAY_MS = 60_000;
const BEFORE_MS = 15_000;
const AFTER_MS = 30_000;
/** Sign-ups and resets, one after the other. */
const EVERY_MS = 200;
const DELIVERED_MS = 60_000;

/** The mail server is gone for a minute, while people go on asking for mails. */
export async function smtpAway(): Promise<Row[]> {
  const town = await openTown();
  const server = await town.start();
  const seen = { statuses: [] as number[], failed: 0, times: [] as number[] };
  const promised: Promised[] = [];
  const ask = async (i: number) => {
    const started = performance.now();
    try {
      const { answer, promised: one } = await askForMail(server.issuer, ...town.next(i));
      seen.statuses.push(answer.status);
      if (one) promised.push(one);
    } catch {
      seen.failed += 1;
    }
    seen.times.push(performance.now() - started);
  };
  const asking: Promise<void>[] = [];
  const began = performance.now();
  let [isAway, returnedAt] = [false, 0];
  for (let i = 0; performance.now() - began < BEFORE_MS + AWAY_MS + AFTER_MS; i += 1) {
    const sinceMs = performance.now() - began;
    if (!isAway && returnedAt === 0 && sinceMs > BEFORE_MS) {
      await town.mails.leave();
      isAway = true;
    }
    if (isAway && sinceMs > BEFORE_MS + AWAY_MS) {
      await town.mails.comeBack();
      [isAway, returnedAt] = [false, performance.now()];
    }
    asking.push(ask(i));
    await sleep(EVERY_MS);
  }
  await Promise.all(asking);
  const missing = () => missingOf(town.mails, promised);
  await until(() => missing().length === 0, returnedAt + DELIVERED_MS - performance.now());
  const afterMs = performance.now() - returnedAt;
  const errors = seen.failed + seen.statuses.filter((status) => status !== 303).length;
  await server.stop();
  await town.close();
  return [
    {
      proof: 'SMTP away for a minute while people sign up and reset',
      expected: 'no HTTP error; all delivered within a minute of its return',
      seen: `${seen.statuses.length} answers, ${errors} errors, median ${median(seen.times).toFixed(0)} ms, slowest ${Math.max(...seen.times).toFixed(0)} ms; ${promised.length} promised, ${missing().length} missing ${seconds(afterMs)} after its return`,
      holds: errors === 0 && promised.length > 0 && missing().length === 0,
    },
  ];
}

interface Town {
  config: ClientConfig;
  issuer: string;
  mails: Mails;
  start(): Promise<ServerProcess>;
  /** Where the next visitor goes, and with which address: half of them are known. */
  next(visitor: number): [Entrance, string];
  close(): Promise<void>;
}

/** One mail server's place, whether it is there or not. */
interface Mails {
  taken: MailServer['taken'];
  leave(): Promise<void>;
  comeBack(): Promise<void>;
}

async function openTown(): Promise<Town> {
  const { config, drop } = await createDatabase();
  const port = await freePort();
  const issuer = `http://localhost:${port}`;
  let open = await openMailServer();
  const taken = [...open.taken];
  const mails: Mails = {
    get taken() {
      return [...taken, ...open.taken];
    },
    async leave() {
      taken.push(...open.taken);
      open.taken.length = 0;
      await open.close();
    },
    async comeBack() {
      open = await openMailServer({}, open.port);
    },
  };
  const env = {
    DATABASE_URL: databaseUrl(config),
    GATEHOUSE_SECRET: Buffer.alloc(32, 1).toString('base64'),
    GATEHOUSE_BUDGETS: WIDE,
    SMTP_URL: open.url,
    MAIL_FROM: 'gatehouse@example.com',
    LOG_LEVEL: 'error',
  };
  const start = () => startServer({ port, issuer, env });
  await (await start()).stop();
  const { known } = await makeCrowd(config, { known: 10_000 });
  return {
    config,
    issuer,
    mails,
    start,
    next: (visitor) =>
      visitor % 2 ? ['password-reset', known.pop() ?? ''] : ['sign-up', freshAddress()],
    async close() {
      await open.close();
      await drop();
    },
  };
}

/** Asks for mail after mail until the server is gone, and answers how. */
async function visitUntilCut(town: Town, visitor: number, promised: Promised[]): Promise<string> {
  for (;;) {
    try {
      const { promised: one } = await askForMail(town.issuer, ...town.next(visitor));
      if (one) promised.push(one);
    } catch (error) {
      return String(error);
    }
  }
}

const SUBJECTS = {
  'email-verification': /is your .* code/,
  'password-reset': /is your code for a new/,
};

function missingOf({ taken }: Mails, promised: readonly Promised[]): Promised[] {
  const there = new Set(taken.map((mail) => `${templateOf(mail)} ${mail.to.join()}`));
  return promised.filter(({ template, email }) => !there.has(`${template} ${email}`));
}

const templateOf = (mail: MailServer['taken'][number]) =>
  Object.entries(SUBJECTS).find(([, subject]) => subject.test(subjectOf(mail)))?.[0];

const subjectOf = ({ headers }: MailServer['taken'][number]) =>
  headers.find((line) => line.startsWith('Subject:')) ?? '';

async function inspect({ config, mails }: Town) {
  const codes = new Map<string, string[]>();
  for (const mail of mails.taken) {
    const [to = ''] = mail.to;
    const code = /\b\d{6}\b/.exec(subjectOf(mail))?.[0] ?? '';
    codes.set(to, [...(codes.get(to) ?? []), code]);
  }
  const client = new Client(config);
  await client.connect();
  const { rows } = await client.query<{ email: string }>('SELECT email FROM address_proofs');
  await client.end();
  const recorded = new Set(rows.map(({ email }) => email));
  const several = [...codes.values()].filter((all) => all.length > 1);
  return {
    twice: several.length,
    codes: several.filter((all) => new Set(all).size > 1).length,
    strange: [...codes.keys()].filter((email) => !recorded.has(email)).length,
  };
}

/** How long it took; what did not happen in time is seen by the one who asks. */
async function until(isSo: () => boolean, withinMs: number): Promise<number> {
  const started = performance.now();
  while (!isSo() && performance.now() - started < withinMs) await sleep(500);
  return performance.now() - started;
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(0)} s`;
