import { type House, enterHouse } from '../furnish.ts';
import type { CommandCall } from './command.ts';
import type { ParsedCall } from './parse-call.ts';
import { printable } from './printable.ts';
import type { Terminal } from './terminal.ts';
import type { Settled } from '../vault/settle.ts';

export interface CallDeps {
  /** The settings, with what stands in Vault. */
  settled: () => Promise<Settled>;
  terminal: Terminal;
}

/** What a command is given. The house is opened on first use and closed with the call. */
export function openCall(
  { positionals, values, json }: ParsedCall,
  { settled, terminal }: Pick<CallDeps, 'terminal'> & { settled: () => Settled },
): CommandCall & { close(): Promise<void> } {
  let house: Promise<House> | undefined;
  return {
    positionals,
    values,
    settings: () => settled().settings,
    house: () => (house ??= enterHouse(settled().settings, settled().vault)),
    vault: async () => settled().vault(),
    say(line = '') {
      if (!json) terminal.print(printable(line));
    },
    data(value, text) {
      terminal.print(json ? JSON.stringify(value, plain, 2) : printable(text));
    },
    askSecret: terminal.askSecret,
    async close() {
      const opened = await house?.catch(() => undefined);
      await opened?.close();
    },
  };
}

/** Numbers of 64 bits become text: not every reader of JSON has them. */
function plain(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
