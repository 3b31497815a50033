import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

/** What is tried first wherever passwords are guessed: the most common ones that are long enough to be chosen at all. */
export async function isCommon(password: string): Promise<boolean> {
  // Between the entries stands a line end, which no entry holds.
  if (password.includes('\n')) return false;
  return (await (list ??= readList())).includes(`\n${password.toLowerCase()}\n`);
}

const MANY = 10_000;
/** Shorter ones are refused for their length. */
const SHORTEST = 8;

/** Read when first asked for; one text of 100 KB, where a set of as many would take a megabyte. */
let list: Promise<string> | undefined;

/** The dictionary stands in order: the most common first, in small letters. */
async function readList(): Promise<string> {
  const file = createRequire(import.meta.url).resolve(
    '@zxcvbn-ts/language-common/src/passwords.json',
  );
  const all: string[] = JSON.parse(await readFile(file, 'utf8'));
  const long = all.filter((entry) => Array.from(entry).length >= SHORTEST);
  return `\n${long.slice(0, MANY).join('\n')}\n`;
}
