import { createHash } from 'node:crypto';
import type { ClientConfig } from 'pg';
import { openLoad } from '../faults/load.ts';
import { type Recorder, openRecorder } from '../faults/record.ts';
import { newestCode } from '../faults/stage.ts';
import { persist, type World } from '../faults/world.ts';
import { makeCrowd } from '../prove/crowd.ts';
import { freshAddress } from '../prove/visitors.ts';
import { openBrowser } from '../support/browser.ts';
import type { MailServer } from '../support/mail-server.ts';
import { ISSUER } from '../bench/stage.ts';

/** People who make accounts, forget passwords and mistype codes: what needs mails, and so is not asked of the driver. */
export interface People {
  /** What became of their visits since that was last asked. */
  outcomes(): { done: number; turnedAway: number; failed: string[] };
  stop(): Promise<void>;
}

/** So many that nobody asks for more mails in an hour than one may. */
const FORGETFUL = 1500;

export async function openPeople(
  { port, config, mails }: { port: number; config: ClientConfig; mails: MailServer },
  perS: number,
): Promise<People> {
  const { known } = await makeCrowd(config, { known: FORGETFUL });
  const recorder = openRecorder({ port });
  const world: World = {
    issuer: ISSUER,
    recorder: { ...recorder, sender: fromAfar(recorder) },
    service: { id: '', secret: '' },
    person: nobody,
    forgetful() {
      const email = known.shift() ?? '';
      known.push(email);
      return { email, password: '' };
    },
    codeFor: newestCode(mails),
    sessions: [],
  };
  const none = { signIn: 0, refreshOne: 0, askForItself: 0, askWho: 0, readDocuments: 0 };
  const load = openLoad(world, { ...none, signUp: perS / 2, resetPassword: perS / 4 });
  const mistyping = setInterval(() => void mistype(world), 4000 / perS);
  return {
    outcomes() {
      const ended = recorder.facts.filter((fact) => fact.is === 'ended');
      const failed = ended.flatMap((fact) =>
        fact.how === 'done' ? [] : [`${fact.kind}: ${fact.why ?? 'given up'}`],
      );
      const odd = recorder.calls
        .filter(({ status }) => status === 0 || (status >= 500 && status !== 503))
        .map(({ what, status, why = '' }) => `${what}: ${status} ${why}`);
      const turnedAway = recorder.calls.filter(({ status }) => status === 503).length;
      recorder.facts.length = 0;
      recorder.calls.length = 0;
      return { done: ended.length - failed.length, turnedAway, failed: [...failed, ...odd] };
    },
    async stop() {
      clearInterval(mistyping);
      await load.stop();
    },
  };
}

function nobody(): never {
  throw new Error('nobody signs in here');
}

/** Each from a place of their own: what one may try is counted by that too. */
const fromAfar =
  (recorder: Recorder): Recorder['sender'] =>
  (kind, of = '') => {
    const send = recorder.sender(kind, of);
    const [a, b, c] = createHash('sha256').update(of).digest();
    const origin = { 'x-forwarded-for': `11.${a}.${b}.${c}` };
    return (url, asked = {}) => send(url, { ...asked, headers: { ...asked.headers, ...origin } });
  };

/** Five codes that nobody was sent, and then no more of it. */
async function mistype(world: World): Promise<void> {
  const email = freshAddress();
  const browser = openBrowser(ISSUER, { send: world.recorder.sender('sign-up', email) });
  const { answer: first } = await persist(() => browser.visit('/sign-up'));
  if (!first) return;
  const { answer: asking } = await persist(() => browser.submit(first, { email }));
  if (!asking) return;
  for (let tries = 0; tries < 5; tries += 1) {
    await persist(() => browser.submit(asking, { code: '000000' }));
  }
}
