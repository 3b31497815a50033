import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gatehouseProcess } from '../support/command-line.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { askForMail, freshAddress } from '../prove/visitors.ts';
import { WIDE } from '../prove/wide-budgets.ts';
import type { Fault, Notes, Patience } from './experiment.ts';
import { rssOf, seconds, staysUp } from './health.ts';
import type { Stage } from './stage.ts';

export const DISK_FAULTS: Fault[] = [
  {
    id: 'F-41',
    what: 'the logs of one server go to a full disk, those of the other to a pipe that is closed',
    stage: { env: { LOG_LEVEL: 'info' } },
    bar: { longestMs: 3000, recoveryMs: 2000, errors: 0 },
    hurt: loseLogs,
    during: staysSmall,
    heal: () => {},
    after: staysUp,
  },
  {
    id: 'F-41b',
    what: 'the disk of the database inside is full',
    bar: { longestMs: 0, recoveryMs: 0 },
    alone: fillDataDirectory,
  },
];

const LOST = ['exec "$@" >/dev/full 2>&1', 'exec "$@" > >(exec true) 2>&1'];

async function loseLogs(stage: Stage): Promise<void> {
  for (const [i, how] of LOST.entries()) {
    const old = stage.servers[i];
    await stage.startServer({
      through: ['bash', '-c', how, 'bash'],
      ...(old && { instead: old }),
    });
    await old?.stop();
  }
}

async function staysSmall(stage: Stage, { note }: Notes, { outageMs }: Patience): Promise<void> {
  const before = rssOf(stage);
  await sleep(outageMs - 500);
  note(`${before} MB at first, ${rssOf(stage)} MB after ${seconds(outageMs)}`);
}

const MEGABYTES = 400;
const TRIES = 8;
const BACK_MS = 5000;

/** What was promised before, while it was full and after, is there when all is over, and it starts again. */
async function fillDataDirectory(notes: Notes): Promise<void> {
  const disk = mkdtempSync(join(tmpdir(), 'gatehouse-disk-'));
  const size = `size=${MEGABYTES}m,mode=0755`;
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', size, 'tmpfs', disk]);
  if (status !== 0) throw new Error(`no small disk: ${String(stderr)}`);
  const dataDir = join(disk, 'data');
  const env = { GATEHOUSE_BUDGETS: WIDE, LOG_LEVEL: 'warn' };
  const promised: string[] = [];
  let server: ServerProcess | undefined;
  try {
    server = await startServer({ dataDir, env });
    await signUps(server, TRIES, promised);
    spawnSync('dd', ['if=/dev/zero', `of=${join(disk, 'filler')}`, 'bs=64k'], { stdio: 'ignore' });
    await whileFull(server, promised, notes);
    rmSync(join(disk, 'filler'));
    await backAgain(server, promised, notes);
    const code = await server.stop();
    if (code !== 0) notes.broken(`it ended with ${code}`);
    server = await startServer({ dataDir, env });
    await signUps(server, 1, promised);
    await allThere(dataDir, promised, notes);
  } finally {
    await server?.stop();
    spawnSync('umount', ['-l', disk]);
    rmSync(disk, { recursive: true, force: true });
  }
}

/** Answers what each was answered, and how long the longest took. */
async function signUps({ issuer }: ServerProcess, count: number, promised: string[]) {
  const statuses: number[] = [];
  let longestMs = 0;
  for (let i = 0; i < count; i += 1) {
    const email = freshAddress();
    const began = performance.now();
    const status = await askForMail(issuer, 'sign-up', email).then(
      ({ answer, promised: one }) => {
        if (one) promised.push(email);
        return answer.status;
      },
      (error: unknown) => Number(/(\d{3})/.exec(String(error))?.[1] ?? 0),
    );
    statuses.push(status);
    longestMs = Math.max(longestMs, performance.now() - began);
  }
  return { statuses, longestMs };
}

async function whileFull(server: ServerProcess, promised: string[], { note, broken }: Notes) {
  const { statuses, longestMs } = await signUps(server, 2 * TRIES, promised);
  const kinds = [...new Set(statuses)].join(', ');
  note(`sign-ups on a full disk: ${kinds}, the longest ${seconds(longestMs)}`);
  if (statuses.some((status) => status !== 503 && status !== 303)) broken(`they said ${kinds}`);
  for (const path of ['/jwks', '/.well-known/openid-configuration', '/health/live']) {
    const answer = await server.ask(path);
    if (answer.status !== 200) broken(`${path} said ${answer.status}`);
  }
}

async function backAgain(server: ServerProcess, promised: string[], { note, broken }: Notes) {
  const since = performance.now();
  let statuses: number[] = [];
  while (statuses[0] !== 303 && performance.now() - since < 10 * BACK_MS) {
    ({ statuses } = await signUps(server, 1, promised));
    await sleep(100);
  }
  const ms = performance.now() - since;
  if (statuses[0] === 303) note(`back ${seconds(ms)} after there was room`);
  else broken('it did not come back');
  if (ms > BACK_MS) broken(`back after ${seconds(ms)}, promised ${seconds(BACK_MS)}`);
}

async function allThere(dataDir: string, promised: string[], { note, broken }: Notes) {
  const words = ['mail', 'list', '--json', '--limit=1000'];
  const missing = async () => {
    const { out } = await gatehouseProcess(words, { env: { DATA_DIR: dataDir } });
    return promised.filter((email) => !out.includes(email));
  };
  let left = await missing();
  for (let again = 0; left.length > 0 && again < 5; again += 1) left = await missing();
  note(`${promised.length - left.length} of ${promised.length} mails that were promised are there`);
  if (left.length > 0) broken(`${left.length} mails that were promised are lost`);
}
