import { setTimeout as sleep } from 'node:timers/promises';
import { APPLICATION, type AppSession, type World, persist, post } from './world.ts';

/** Applications and APIs. They keep tokens, use them, and have new ones made. */
export async function refreshOne(world: World): Promise<void> {
  const session = take(world);
  if (!session) return;
  const { recorder } = world;
  const begunAt = performance.now();
  const again = () => post(world, { kind: 'refresh', of: session.of }, refreshing(session));
  // Two tabs of one application, both of which find that their token has expired.
  const twin = Math.random() < 0.2 ? again().catch(() => undefined) : undefined;
  const { answer, unanswered } = await persist(again);
  const other = await twin;
  if (answer?.status === 200) {
    const tokens = answer.json();
    const { of } = session;
    recorder.tell({
      is: 'issued',
      jwt: String(tokens['access_token']),
      of,
      scope: String(tokens['scope']),
    });
    if (other?.status === 200) {
      const answers = [tokens, other.json()].map((one) => String(one['refresh_token']));
      recorder.tell({ is: 'refreshed-at-once', answers });
    }
    session.accessToken = String(tokens['access_token']);
    session.refreshToken = String(tokens['refresh_token']);
    giveBack(world, session);
  } else {
    const error = answer ? `${answer.status} ${answer.text.slice(0, 200)}` : 'no answer in time';
    recorder.tell({ is: 'stranded', error, sinceMs: performance.now() - begunAt, unanswered });
  }
}

const refreshing = ({ refreshToken }: AppSession) => ({
  grant_type: 'refresh_token',
  client_id: APPLICATION.id,
  refresh_token: refreshToken,
});

/** The one that was used longest ago. */
function take({ sessions }: World): AppSession | undefined {
  const session = sessions.find(({ busy }) => !busy);
  if (session) session.busy = true;
  return session;
}

function giveBack({ sessions }: World, session: AppSession): void {
  session.busy = false;
  const index = sessions.indexOf(session);
  if (index < 0) return;
  sessions.splice(index, 1);
  sessions.push(session);
}

/** An API asks whose token that is. */
export async function askWho(world: World): Promise<void> {
  const session = world.sessions.find(({ busy }) => !busy);
  if (!session) return;
  const { accessToken, of } = session;
  const headers = { authorization: `Bearer ${accessToken}` };
  const me = world.recorder.sender('me', of);
  const answer = await me(`${world.issuer}/me`, { headers }).catch(() => undefined);
  // Whoever signed out meanwhile is in no list any more.
  await sleep(0);
  if (answer?.status !== 401 || !world.sessions.includes(session)) return;
  if (session.accessToken === accessToken && !isOld(accessToken)) {
    world.recorder.tell({
      is: 'stranded',
      error: '401 at /me',
      sinceMs: 0,
      unanswered: 0,
    });
  }
}

function isOld(jwt: string): boolean {
  const { exp } = Object(
    JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString() || '{}'),
  );
  return Number(exp) * 1000 < Date.now();
}

export async function askForItself(world: World): Promise<void> {
  const { id, secret } = world.service;
  const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
  const answer = await post(
    world,
    { kind: 'client-credentials' },
    { grant_type: 'client_credentials' },
    { authorization },
  ).catch(() => undefined);
  if (answer?.status !== 200) return;
  const jwt = String(answer.json()['access_token']);
  world.recorder.tell({ is: 'issued', jwt, of: id, scope: '' });
}

const DOCUMENTS = ['/jwks', '/.well-known/openid-configuration'];

export async function readDocuments({ recorder, issuer }: World): Promise<void> {
  for (const path of DOCUMENTS) {
    await recorder
      .sender('documents')(`${issuer}${path}`)
      .catch(() => undefined);
  }
}
