import { callbackify } from 'node:util';
import { Pool, type PoolClient, type PoolConfig } from 'pg';
import { StoreAway } from '../../transactions/store-away.ts';

/** Where the database is and who we are to it, as far as is known by now: each reading of it may show another. */
export interface Way {
  config: PoolConfig;
  /** The database refused who we are: looks whether that is known better by now. */
  renew: () => Promise<void>;
}

/** A wrong password, or a role that may not come in (any more). */
export function isRefusedLogin(error: unknown): boolean {
  const { code }: { code?: unknown } = Object(error);
  return code === '28P01' || code === '28000';
}

type Connected = Parameters<Pool['connect']>[0];

/**
 * A pool that asks who it is once more when the database does not let it in, and tries again with that. Whoever wanted a
 * connection does not notice. Connections that are open stay: PostgreSQL does not end them for a new password.
 */
export class RenewingPool extends Pool {
  readonly #way: Way;
  #everIn = false;

  constructor(config: PoolConfig, way: Way) {
    super({ ...config, ...way.config });
    this.#way = way;
    this.on('connect', () => (this.#everIn = true));
  }

  override connect(): Promise<PoolClient>;
  override connect(done: Connected): void;
  override connect(done?: Connected): Promise<PoolClient> | void {
    if (!done) return this.#connected();
    callbackify(() => this.#connected())((error, client) => {
      done(error ?? undefined, client, (fault) => client?.release(fault));
    });
  }

  async #connected(): Promise<PoolClient> {
    const used = this.options.connectionString;
    try {
      return await super.connect();
    } catch (error) {
      if (await this.#knowsBetter(used, error)) return super.connect();
      throw this.#told(error);
    }
  }

  async #knowsBetter(used: string | undefined, error: unknown): Promise<boolean> {
    if (!isRefusedLogin(error)) return false;
    if (this.#way.config.connectionString === used) await this.#way.renew();
    const { connectionString, ssl } = this.#way.config;
    if (connectionString === used) return false;
    Object.assign(this.options, { connectionString, ssl });
    return true;
  }

  /** Before the first connection a refusal is a fault of the settings; later on it passes, once these are right again. */
  #told(error: unknown): unknown {
    if (!this.#everIn || !isRefusedLogin(error)) return error;
    return new StoreAway('The database refuses its credentials.', { cause: error });
  }
}
