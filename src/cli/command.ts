import type { ParseArgsOptionsConfig } from 'node:util';
import type { Settings } from '../settings/settings.ts';
import type { Vault } from '../vault/vault.ts';
import type { House } from '../furnish.ts';

/** One command of `gatehouse`: what it is called, what it takes, what it does. */
export interface Command {
  /** As it is typed: "client create". */
  name: string;
  /** One sentence, shown by --help. */
  summary: string;
  /** What follows the name: "<client-id>". */
  takes?: string;
  options?: Record<string, ParseArgsOptionsConfig[string] & { describe: string; hint?: string }>;
  /** It reads the settings by itself, and is given none. */
  settles?: true;
  /** Answers the exit code, where that may be another than 0. */
  run(call: CommandCall): Promise<number | void>;
}

export interface CommandCall {
  positionals: string[];
  values: Record<string, string | boolean | (string | boolean)[] | undefined>;
  /** Reads and checks them; faults end the command. */
  settings: () => Settings;
  /** Opens the stores on first use: beside a running server (embedded too) or without one. */
  house: () => Promise<House>;
  /** The way into Vault, where one is named. */
  vault: () => Promise<Vault | undefined>;
  /** A line for people. With --json only `data` reaches standard output. */
  say: (line?: string) => void;
  /** What --json prints; without it, `text` is said. */
  data: (value: unknown, text: string) => void;
  /** A secret typed twice at the terminal, or one line of standard input. Never an argument. */
  askSecret: (prompt: string) => Promise<string>;
}

/** Wrong usage: said in one sentence with the way to --help, exit code 2. */
export class UsageError extends Error {}

/** It could not be done: said in one sentence, exit code 1. */
export class CommandFailed extends Error {}
