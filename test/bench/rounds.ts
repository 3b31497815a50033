import { type Case, LIMITS, type Limit, callersFor, casesOf } from './cases.ts';
import type { Driver } from './driver.ts';
import { type Figure, type Report, type Storm, figureOf, medianOf } from './figures.ts';
import type { Run } from './load.ts';
import type { Options } from './options.ts';
import type { Place } from './place.ts';
import { type Sample, sample } from './sample.ts';

/** More than this share of the machine taken by others, and a sample says nothing. */
export const MOST_DISTURBANCE = 0.05;
const RETAKES = 2;
/** Codes that a caller has in stock, a second of measuring. */
const CODES_A_SECOND = 60;

type Measurements = Pick<Report, 'limits' | 'figures' | 'storm'>;

/** Measures in turns: whatever changes on the machine meanwhile changes for all of them. */
export async function measureInTurns(place: Place, options: Options): Promise<Measurements> {
  const cases = casesOf(options);
  const limits = { hello: [], signature: [], argon2: [] } satisfies Record<Limit, Sample[]>;
  const limitSamples: Record<Limit, Sample[]> = limits;
  const samples = new Map<Case, Sample[]>(cases.map((one) => [one, []]));
  const storms: Storm[] = [];
  for (const limit of limitsOf(options.paths))
    await warmUp(place, limitRun(place, limit, options), options.warm);
  for (const one of cases) await warmUp(place, caseRun(place, one, options), options.warm);
  for (let round = 1; round <= options.repeats; round += 1) {
    place.tell(`round ${round} of ${options.repeats}`);
    for (const limit of limitsOf(options.paths)) {
      limitSamples[limit].push(await atLimit(place, limit, options));
    }
    for (const one of round % 2 === 1 ? cases : cases.toReversed()) {
      samples.get(one)?.push(await ofCase(place, one, options));
    }
    if (options.storm) storms.push(await storm(place, options));
  }
  const middle = {
    hello: medianOf(limitSamples.hello),
    signature: medianOf(limitSamples.signature),
    argon2: medianOf(limitSamples.argon2),
  };
  const figures: Figure[] = cases.map((one) => figureOf(one, samples.get(one) ?? [], middle));
  return { limits: middle, figures, ...(storms.length > 0 && { storm: middleStorm(storms) }) };
}

function middleStorm(storms: readonly Storm[]): Storm {
  return {
    idle: medianOf(storms.map(({ idle }) => idle)),
    during: medianOf(storms.map(({ during }) => during)),
  };
}

/** Everything is held against "hello" first. */
function limitsOf(paths: readonly string[]): Limit[] {
  return [...new Set<Limit>(['hello', ...paths.flatMap((path) => LIMITS[path]?.limit ?? [])])];
}

function limitRun({ stage }: Place, path: Limit, { seconds }: Options): Run {
  return { port: stage.limits.port, path, callers: callersFor(path), seconds, clients: 1 };
}

function caseRun(place: Place, one: Case, { seconds }: Options): Run {
  const { path, clients, workers } = one;
  const { port } = place.serverFor(one);
  return { port, path, callers: callersFor(path) * workers, seconds, clients };
}

async function warmUp({ driver }: Place, run: Run, seconds: number): Promise<void> {
  await stocked(driver, { ...run, seconds });
  await driver.run({ ...run, seconds });
}

async function stocked(driver: Driver, run: Run): Promise<void> {
  if (run.path === 'code-exchange') {
    await driver.stock(run, Math.ceil(run.seconds * CODES_A_SECOND));
  }
}

async function atLimit(place: Place, limit: Limit, options: Options): Promise<Sample> {
  const run = limitRun(place, limit, options);
  return undisturbed(place, run, place.stage.limits.pid);
}

async function ofCase(place: Place, one: Case, options: Options): Promise<Sample> {
  return undisturbed(place, caseRun(place, one, options), place.serverFor(one).pid);
}

async function storm(
  place: Place,
  { clients, accounts, workers, seconds }: Options,
): Promise<Storm> {
  const [aFew = 1, people = 1, one = 1] = [clients[0], accounts[0], workers[0]];
  const at = { path: 'client-credentials', clients: aFew, accounts: people, workers: one };
  const { port, pid } = place.serverFor(at);
  const run = { port, path: at.path, callers: 8, pace: 50, seconds: 3 * seconds, clients: 1 };
  const idle = await undisturbed(place, run, pid);
  const beside = { path: 'sign-in', callers: 32 };
  return { idle, during: await undisturbed(place, { ...run, beside }, pid) };
}

/** Of several tries the quietest. */
async function undisturbed(place: Place, run: Run, serverPid: number): Promise<Sample> {
  const { driver, stage } = place;
  const ownPids = [process.pid];
  let best: Sample | undefined;
  for (let tries = 0; tries <= RETAKES; tries += 1) {
    await stocked(driver, run);
    const taken = await sample({ driver, serverPid, storePids: stage.storePids, ownPids }, run);
    if (!best || taken.disturbance < best.disturbance) best = taken;
    if (best.disturbance <= MOST_DISTURBANCE) break;
  }
  if (!best) throw new Error('nothing was measured');
  return best;
}
