import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ClientConfig } from 'pg';
import { type Case, casesOf } from './cases.ts';
import type { Driver } from './driver.ts';
import type { Options } from './options.ts';
import type { RunningServer, Stage } from './stage.ts';

/** The servers that stand for the cases, with people who are signed in there. */
export interface Place {
  stage: Stage;
  driver: Driver;
  /** By the number of accounts in them. */
  databases: ReadonlyMap<number, ClientConfig>;
  serverFor(one: Pick<Case, 'accounts' | 'workers'>): RunningServer;
  tell(line: string): void;
}

/** One server for each number of accounts and of workers that a case asks for. */
export async function openPlace(stage: Stage, driver: Driver, asked: Options): Promise<Place> {
  const clients = Math.max(...asked.clients);
  const servers = new Map<string, RunningServer>();
  const databases = new Map<number, ClientConfig>();
  const profile = asked.profile && resolve(asked.profile);
  if (profile) mkdirSync(profile, { recursive: true });
  for (const { accounts, workers } of casesOf(asked)) {
    const name = nameOf({ accounts, workers });
    if (servers.has(name)) continue;
    tell(`opening ${name}`);
    const config = databases.get(accounts) ?? (await stage.database({ accounts, clients }));
    databases.set(accounts, config);
    const server = await stage.server({ config, workers, ...(profile && { profile }) });
    servers.set(name, server);
    await driver.gather({ port: server.port, accounts, clients, visitors: asked.visitors });
  }
  return {
    stage,
    driver,
    databases,
    tell,
    serverFor(one) {
      const server = servers.get(nameOf(one));
      if (!server) throw new Error('no such server was opened');
      return server;
    },
  };
}

const nameOf = ({ accounts, workers }: Pick<Case, 'accounts' | 'workers'>) =>
  `${accounts} accounts, ${workers} ${workers === 1 ? 'worker' : 'workers'}`;

/** Not among the figures: those may be read by a program. */
const tell = (line: string) => void process.stderr.write(`${line}\n`);
