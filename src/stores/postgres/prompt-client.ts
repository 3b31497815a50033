import { Client, type ClientConfig } from 'pg';
import { RoleClient } from './server-role.ts';

type Query = (this: Client, ...args: unknown[]) => unknown;

interface Asked {
  text: string;
  name?: string | undefined;
  values?: unknown[] | undefined;
}

/** What the driver shows of its protocol to nobody; a test holds that it is still there. */
interface Protocol {
  parsedStatements: Record<string, string>;
  stream: { cork(): void; uncork(): void };
  bind(message: { portal: string; statement: string; values: unknown[] }): void;
  execute(message: { portal: string; rows: number }): void;
}

const DONE = { command: '', rowCount: 0, rows: [], fields: [] };

/**
 * A connection on which statements do not wait for each other's answers, and on which BEGIN costs no round trip: it travels
 * with the first statement, before the same Sync. Where it fails, the server leaves out all that stands before that: no
 * statement is ever run outside of its transaction.
 */
export class PromptClient extends RoleClient {
  /** Asked for, and not sent yet. */
  #begin: Asked | undefined;

  constructor(config?: ClientConfig) {
    // The pool hides a password from whoever copies its options.
    super({ ...config, password: config?.password, pipeline: true });
    Object.assign(this, { query: (...args: unknown[]) => this.#ask(args) });
  }

  #ask(args: unknown[]): unknown {
    const asked = args.length === 1 ? statementIn(args[0]) : undefined;
    const begin = this.#begin;
    this.#begin = undefined;
    if (asked?.text === 'BEGIN' && this.#isPrepared(asked)) {
      this.#begin = asked;
      return Promise.resolve(DONE);
    }
    if (!begin) return this.#send(args);
    // Nothing was done in it.
    if (asked && /^(COMMIT|ROLLBACK)$/.test(asked.text)) return Promise.resolve(DONE);
    if (asked?.name) return this.#sendTogether(begin, asked);
    return Promise.resolve(this.#send([begin])).then(() => this.#send(args));
  }

  async #sendTogether({ name = '' }: Asked, asked: Asked): Promise<unknown> {
    const { stream } = this.#protocol;
    stream.cork();
    let sent: unknown;
    try {
      this.#protocol.bind({ portal: '', statement: name, values: [] });
      this.#protocol.execute({ portal: '', rows: 0 });
      sent = this.#send([asked]);
    } finally {
      stream.uncork();
    }
    // The driver takes the two for one question with two answers.
    return [await sent].flat().at(-1);
  }

  #send(args: unknown[]): unknown {
    const query: Query = Object(Reflect.get(Client.prototype, 'query'));
    return Reflect.apply(query, this, args);
  }

  #isPrepared({ name = '' }: Asked): boolean {
    return this.#protocol.parsedStatements[name] !== undefined;
  }

  get #protocol(): Protocol {
    return Object(Reflect.get(this, 'connection'));
  }
}

function statementIn(asked: unknown): Asked | undefined {
  const { text }: { text?: unknown } = Object(asked);
  return typeof text === 'string' ? Object(asked) : undefined;
}
