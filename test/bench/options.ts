import { parseArgs } from 'node:util';
import { MEASURED } from './cases.ts';

export interface Options {
  paths: string[];
  clients: number[];
  accounts: number[];
  workers: number[];
  storm: boolean;
  repeats: number;
  seconds: number;
  /** How long each is driven before: code that runs often is compiled anew, and for that a process works twice as much. */
  warm: number;
  /** How many people are signed in while it is measured. */
  visitors: number;
  json: boolean;
  /** Where the server leaves a CPU profile. */
  profile?: string;
}

export const USAGE = `npm run bench -- [options]

  --paths a,b       of: ${MEASURED.join(', ')}, storm
  --clients 1,10000         from how many clients
  --accounts 1000,1000000   among how many accounts
  --workers 1,2             with how many server processes
  --repeats 3       how often each is measured; medians are told
  --seconds 2       how long each time
  --warm 4          how long each is driven before
  --quick           one client, 1,000 accounts, one worker, one second, once
  --json            everything as JSON
  --profile folder  the server writes a CPU profile there, for \`chrome://inspect\` or \`node --cpu-prof\`'s readers
`;

const FULL = {
  clients: '1,10000',
  accounts: '1000,1000000',
  workers: '1,2',
  repeats: '3',
  seconds: '2',
  warm: '4',
};
const QUICK = {
  clients: '1',
  accounts: '1000',
  workers: '1',
  repeats: '1',
  seconds: '1',
  warm: '2',
};

/** A sentence where the words make no sense. */
export function readOptions(words: string[]): Options | string {
  const parsed = parse(words);
  if (typeof parsed === 'string') return parsed;
  if (parsed.help) return USAGE;
  const given = { ...(parsed.quick ? QUICK : FULL), ...parsed };
  const wanted = parsed.paths?.split(',') ?? [...MEASURED, 'storm'];
  const unknown = wanted.filter((one) => one !== 'storm' && !MEASURED.includes(one));
  if (unknown.length > 0) return `There is no path ${unknown.join(', ')}.`;
  const lists = {
    clients: numbers(given.clients),
    accounts: numbers(given.accounts),
    workers: numbers(given.workers),
  };
  const repeats = Number(given.repeats);
  const seconds = Number(given.seconds);
  const warm = Number(given.warm);
  const all = [...Object.values(lists).flat(), repeats, seconds, warm];
  if (!all.every((number) => number > 0)) return 'Numbers must be greater than 0.';
  return {
    ...lists,
    paths: MEASURED.filter((path) => wanted.includes(path)),
    storm: wanted.includes('storm'),
    repeats,
    seconds,
    warm,
    visitors: 64,
    json: parsed.json ?? false,
    ...(parsed.profile !== undefined && { profile: parsed.profile }),
  };
}

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;

function parse(args: string[]) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        paths: text,
        clients: text,
        accounts: text,
        workers: text,
        repeats: text,
        seconds: text,
        warm: text,
        profile: text,
        quick: flag,
        json: flag,
        help: flag,
      },
    });
    return values;
  } catch (error) {
    return String(Object(error).message);
  }
}

const numbers = (list: string) => list.split(',').map(Number);
