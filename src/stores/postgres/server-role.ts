import { Client, type ClientConfig, type Pool } from 'pg';
import type { DatabaseLog } from './database.ts';

/** By these a server says that it takes no writes: it is a standby, or was told so, because another one takes over. */
const SIGNS = new Set(['in_hot_standby', 'default_transaction_read_only']);
/** A write was refused by one that did not say so before. */
const REFUSED = '25006';

/** A connection that knows whether its server takes writes: it says so as it lets one in, and with its next answer when that changes. */
export class RoleClient extends Client {
  /** Called once it takes no writes any more. */
  onDemoted = () => {};
  readonly #signs = new Set<string>();

  constructor(config?: ClientConfig) {
    super(config);
    const { connection } = this;
    connection.on('parameterStatus', ({ parameterName: name, parameterValue: value }: Said) => {
      if (SIGNS.has(name)) this.#note(name, value === 'on');
    });
    connection.on('errorMessage', ({ code }: { code?: string }) => {
      if (code === REFUSED) this.#note(REFUSED, true);
    });
  }

  get takesWrites(): boolean {
    return this.#signs.size === 0;
  }

  #note(sign: string, readOnly: boolean): void {
    const took = this.takesWrites;
    if (readOnly) this.#signs.add(sign);
    else this.#signs.delete(sign);
    if (took && !this.takesWrites) this.onDemoted();
  }
}

interface Said {
  parameterName: string;
  parameterValue: string;
}

/**
 * Once another server has taken over, the old one still answers whoever holds a connection, with what is not true any
 * more. At the first sign of it every connection is made anew: the idle ones at once, those in use as they come back. While
 * the server takes no writes, a connection serves once: the next one goes where the address leads by then.
 */
export function leaveDemoted(pool: Pool, log?: DatabaseLog): void {
  let trusted = new WeakSet<object>();
  pool.on('connect', (client) => {
    if (!(client instanceof RoleClient)) return;
    trusted.add(client);
    client.onDemoted = () => {
      if (!trusted.has(client)) return;
      trusted = new WeakSet();
      log?.warn({}, 'The database takes no writes any more: its connections are made anew.');
      endIdle(pool);
    };
  });
  pool.on('release', (_error, client) => {
    const serves = trusted.has(client) && client instanceof RoleClient && client.takesWrites;
    if (!serves) void client.end();
  });
}

/** Each idle connection is handed to us before anybody else is served. */
function endIdle(pool: Pool): void {
  for (let count = pool.idleCount; count > 0; count -= 1) {
    pool.connect().then(
      (client) => client.release(true),
      () => {},
    );
  }
}
