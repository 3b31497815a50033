import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault, Notes, Patience } from './experiment.ts';
import { seconds, staysUp, turnsRed } from './health.ts';
import { isError, p99 } from './measure.ts';
import { KINDS, type Kind } from './record.ts';
import type { ServerOptions, Stage } from './stage.ts';

const ALL_BUT_DOCUMENTS = KINDS.filter((kind) => kind !== 'documents');
const SIGNED: readonly Kind[] = ['sign-in', 'refresh', 'client-credentials'];
const MAIL_AGAIN = ({ what }: { what: string }) => what === 'a mail came twice';

const NAMES = {
  DATABASE_URL: 'database.example',
  SMTP_URL: 'mail.example',
  VAULT_ADDR: 'vault.example',
};
type Named = keyof typeof NAMES;

export const NAME_FAULTS: Fault[] = [
  {
    id: 'F-42',
    what: 'the names of Vault and of the mail server cannot be looked up: no, then no answer',
    stage: { vault: { tokensLiveS: 3600 }, how: withNames },
    bar: { longestMs: 3000, recoveryMs: 2000, mayFail: SIGNED, allows: MAIL_AGAIN },
    hurt(stage) {
      forget('SMTP_URL', 'VAULT_ADDR');
      stage.signer?.way.cutOnce();
      stage.ways.smtp.cutOnce();
    },
    during: thenSilent,
    heal: remember,
    after: putAway,
  },
  {
    id: 'F-42b',
    what: 'the name of PostgreSQL cannot be looked up: no, then no answer',
    stage: { how: withNames },
    bar: { longestMs: 3000, recoveryMs: 5000, mayFail: ALL_BUT_DOCUMENTS, allows: MAIL_AGAIN },
    hurt(stage) {
      forget('DATABASE_URL');
      stage.ways.postgres.cutOnce();
    },
    async during(stage, notes, patience) {
      await Promise.all([turnsRed(stage, notes), thenSilent(stage, notes, patience)]);
    },
    heal: remember,
    after: putAway,
  },
];

/** Servers have their own files of names, and a name server that answers or does not: as on a machine whose DNS fails. */
let folder = '';
let silent = false;
let nameServer: { close(): void } | undefined;
const NAME_SERVER = '127.0.0.77';

async function withNames(env: NodeJS.ProcessEnv): Promise<ServerOptions> {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-names-'));
  nameServer = await openNameServer();
  remember();
  writeFileSync(join(folder, 'resolv.conf'), `nameserver ${NAME_SERVER}\n`);
  writeFileSync(join(folder, 'nsswitch.conf'), 'hosts: files dns\n');
  const mounts = ['hosts', 'resolv.conf', 'nsswitch.conf'].map(
    (file) => `mount --bind ${join(folder, file)} /etc/${file}`,
  );
  const named = Object.entries(NAMES).flatMap(([key, name]) => {
    const value = env[key];
    return value === undefined ? [] : [[key, value.replace('127.0.0.1', name)]];
  });
  return {
    through: ['unshare', '-m', 'sh', '-c', `${mounts.join(' && ')} && exec "$@"`, 'sh'],
    env: Object.fromEntries(named),
  };
}

/** Bound where resolvers ask; it says that it failed, or nothing. */
async function openNameServer(): Promise<{ close(): void }> {
  const socket = createSocket('udp4');
  socket.on('message', (question, from) => {
    if (silent) return;
    const failed = Buffer.from(question);
    failed.writeUInt16BE(0x8182, 2);
    socket.send(failed, from.port, from.address);
  });
  socket.bind(53, NAME_SERVER);
  await once(socket, 'listening');
  return { close: () => void socket.close() };
}

function remember(): void {
  silent = false;
  write(Object.values(NAMES));
}

function forget(...keys: Named[]): void {
  const gone = new Set(keys.map((key) => NAMES[key]));
  silent = false;
  write(Object.values(NAMES).filter((name) => !gone.has(name)));
}

/** In place: what is mounted is this very file. */
function write(names: string[]): void {
  writeFileSync(join(folder, 'hosts'), `127.0.0.1 localhost ${names.join(' ')}\n`);
}

/** A look-up that hangs holds a thread of few; passwords are hashed on the others. */
async function thenSilent({ recorder }: Stage, { note }: Notes, { outageMs }: Patience) {
  await sleep(outageMs / 2);
  silent = true;
  const since = performance.now();
  await sleep(outageMs / 2 - 300);
  const pages = recorder.calls.filter(
    (call) =>
      call.startedAt >= since &&
      call.kind === 'sign-in' &&
      call.what !== 'POST /token' &&
      !isError(call),
  );
  note(`p99 of ${pages.length} pages of sign-ins ${seconds(p99(pages))} while look-ups hung`);
}

async function putAway(stage: Stage, notes: Notes): Promise<void> {
  await staysUp(stage, notes);
  nameServer?.close();
  rmSync(folder, { recursive: true, force: true });
}
