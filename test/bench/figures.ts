import { median } from '../prove/statistics.ts';
import { type Case, LIMITS, type Limit } from './cases.ts';
import type { Sample } from './sample.ts';

/** The median of several samples, each number by itself. */
export function medianOf(samples: readonly Sample[]): Sample {
  const of = (name: keyof Sample) => median(samples.map((one) => one[name]));
  return {
    operations: of('operations'),
    perSecond: of('perSecond'),
    p50Ms: of('p50Ms'),
    p99Ms: of('p99Ms'),
    serverUs: of('serverUs'),
    storesUs: of('storesUs'),
    driverUs: of('driverUs'),
    disturbance: of('disturbance'),
  };
}

export interface Figure extends Case, Sample {
  limit: Limit;
  /** How much of the server's processor time goes into what cannot be saved: the limit's own time through the path's. */
  ratio: number;
  /** Questions to PostgreSQL and Redis, for the first case of a path. */
  roundTrips?: { postgres: number; redis: number };
}

export type LimitSamples = Record<Limit, Sample>;

export function figureOf(one: Case, samples: readonly Sample[], limits: LimitSamples): Figure {
  const held = LIMITS[one.path];
  if (!held) throw new Error(`nothing to hold ${one.path} against`);
  const middle = medianOf(samples);
  const ratio = (held.units * bare(held.limit, limits)) / middle.serverUs;
  return { ...one, ...middle, limit: held.limit, ratio };
}

/** Signatures and passwords are asked over HTTP too: what that costs by itself is none of theirs. */
function bare(limit: Limit, limits: LimitSamples): number {
  return limits[limit].serverUs - (limit === 'hello' ? 0 : limits.hello.serverUs);
}

/** How quick a token is while people sign in. */
export interface Storm {
  idle: Sample;
  during: Sample;
}

export interface Machine {
  processor: string;
  cores: number;
  memoryGb: number;
  system: string;
  node: string;
}

export interface Report {
  machine: Machine;
  repeats: number;
  seconds: number;
  limits: LimitSamples;
  figures: Figure[];
  storm?: Storm;
}
