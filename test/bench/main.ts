/** `npm run bench`: how near the server is to what this machine can do. See docs/contributing.md for how to read it. */
import { cpus, release, totalmem, type } from 'node:os';
import { openDriver } from './driver.ts';
import type { Figure, Machine, Report } from './figures.ts';
import { verdictsOn } from './goals.ts';
import { type Options, USAGE, readOptions } from './options.ts';
import { openPlace } from './place.ts';
import { MOST_DISTURBANCE, measureInTurns } from './rounds.ts';
import { openStage } from './stage.ts';
import { tables, verdictTable } from './tables.ts';
import { type Trips, countTrips } from './trips.ts';

/** What the exit code says. */
const CODES = { kept: 0, missed: 1, usage: 2, disturbed: 3 };

const options = readOptions(process.argv.slice(2));
if (typeof options === 'string') {
  process.stderr.write(options === USAGE ? USAGE : `${options}\n\n${USAGE}`);
  process.exitCode = CODES.usage;
} else {
  process.exitCode = await bench(options);
}

async function bench(asked: Options): Promise<number> {
  const stage = await openStage();
  const driver = openDriver();
  try {
    const place = await openPlace(stage, driver, asked);
    const trips = await countTrips(place, asked);
    const measured = await measureInTurns(place, asked);
    const { repeats, seconds } = asked;
    const figures = measured.figures.map((one) => withTrips(one, asked, trips));
    return tell({ machine: machine(), repeats, seconds, ...measured, figures }, asked);
  } finally {
    driver.close();
    await stage.close();
  }
}

function tell(report: Report, { json }: Options): number {
  const verdicts = verdictsOn(report);
  const worst = Math.max(...report.figures.map(({ disturbance }) => disturbance));
  const disturbed = worst > MOST_DISTURBANCE;
  if (json) {
    console.log(JSON.stringify({ ...report, disturbed, ...(!disturbed && { verdicts }) }, null, 2));
  } else {
    console.log(`${tables(report)}\n`);
    console.log(disturbed ? refusal(worst) : verdictTable(verdicts));
  }
  if (disturbed) return CODES.disturbed;
  return verdicts.some(({ verdict }) => verdict === 'missed') ? CODES.missed : CODES.kept;
}

function refusal(worst: number): string {
  const share = (worst * 100).toFixed(0);
  return `No verdict: others took up to ${share} % of this machine meanwhile. Try again when it is quiet.`;
}

function withTrips(figure: Figure, { clients, accounts, workers }: Options, trips: Trips): Figure {
  const first =
    figure.clients === clients[0] &&
    figure.accounts === accounts[0] &&
    figure.workers === workers[0];
  const roundTrips = first ? trips.get(figure.path) : undefined;
  return { ...figure, ...(roundTrips && { roundTrips }) };
}

function machine(): Machine {
  const [processor] = cpus();
  return {
    processor: processor?.model ?? 'unknown processor',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    node: process.versions.node,
  };
}
