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
  // To any other name no mail goes in clear.
  SMTP_URL: 'localhost',
  VAULT_ADDR: 'vault.example',
};
type Named = keyof typeof NAMES;

const some = openNames('127.0.0.77');
const database = openNames('127.0.0.78');

export const NAME_FAULTS: Fault[] = [
  {
    id: 'F-42',
    what: 'the names of Vault and of the mail server cannot be looked up: no, then no answer',
    stage: { vault: { tokensLiveS: 3600 }, how: some.how },
    bar: { longestMs: 3000, recoveryMs: 2000, mayFail: SIGNED, allows: MAIL_AGAIN },
    hurt(stage) {
      some.forget('SMTP_URL', 'VAULT_ADDR');
      stage.signer?.way.cutOnce();
      stage.ways.smtp.cutOnce();
    },
    during: some.thenSilent,
    heal: some.remember,
    after: some.putAway,
  },
  {
    id: 'F-42b',
    what: 'the name of PostgreSQL cannot be looked up: no, then no answer',
    stage: { how: database.how },
    bar: { longestMs: 3000, recoveryMs: 5000, mayFail: ALL_BUT_DOCUMENTS, allows: MAIL_AGAIN },
    hurt(stage) {
      database.forget('DATABASE_URL');
      stage.ways.postgres.cutOnce();
    },
    async during(stage, notes, patience) {
      await Promise.all([turnsRed(stage, notes), database.thenSilent(stage, notes, patience)]);
    },
    heal: database.remember,
    after: database.putAway,
  },
];

/** Servers have their own files of names, and a name server that answers or does not: as on a machine whose DNS fails. */
interface Names {
  how: (env: NodeJS.ProcessEnv) => Promise<ServerOptions>;
  forget(...keys: Named[]): void;
  remember: () => void;
  thenSilent: (stage: Stage, notes: Notes, patience: Patience) => Promise<void>;
  putAway: (stage: Stage, notes: Notes) => Promise<void>;
}

/** @param nameServer an address of this machine, one for each. */
function openNames(nameServer: string): Names {
  let folder = '';
  const socket = createSocket('udp4');
  let silent = false;

  /** In place: what is mounted is this very file. */
  function know(names: string[]): void {
    silent = false;
    writeFileSync(join(folder, 'hosts'), `127.0.0.1 ${names.join(' ')}\n`);
  }

  /** Where resolvers ask; it says that it failed, or nothing. */
  async function listen(): Promise<void> {
    socket.on('message', (question, from) => {
      if (silent) return;
      const failed = Buffer.from(question);
      failed.writeUInt16BE(0x8182, 2);
      socket.send(failed, from.port, from.address);
    });
    socket.bind(53, nameServer);
    await once(socket, 'listening');
  }

  return {
    async how(env) {
      folder = mkdtempSync(join(tmpdir(), 'gatehouse-names-'));
      await listen();
      know(Object.values(NAMES));
      return withFiles(folder, nameServer, env);
    },
    forget(...keys) {
      const gone = new Set(keys.map((key) => NAMES[key]));
      know(Object.values(NAMES).filter((name) => !gone.has(name)));
    },
    remember: () => know(Object.values(NAMES)),
    /** A look-up that hangs holds a thread of few; passwords are hashed on the others. */
    async thenSilent({ recorder }, { note }, { outageMs }) {
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
    },
    async putAway(stage, notes) {
      await staysUp(stage, notes);
      socket.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function withFiles(folder: string, nameServer: string, env: NodeJS.ProcessEnv): ServerOptions {
  writeFileSync(join(folder, 'resolv.conf'), `nameserver ${nameServer}\n`);
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
