import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Driver, openDriver } from '../bench/driver.ts';
import type { Run } from '../bench/load.ts';
import { workedUs } from '../bench/processor-time.ts';
import { type RunningServer, openStage } from '../bench/stage.ts';
import type { Row } from '../prove/table.ts';
import { freePort } from '../support/http.ts';
import { type MailServer, openMailServer } from '../support/mail-server.ts';
import { makeCertificate } from '../support/tls-proxy.ts';
import { type Series, WARM_UP, judge, tableOfSeries } from './judge.ts';
import { type People, openPeople } from './people.ts';
import { openSampler } from './sample.ts';

export interface SoakOptions {
  minutes: number;
  /** Of what the server gives at most on this machine. */
  share: number;
  /** So many requests a second instead, whatever the machine could do. */
  perS?: number;
  /** Leave two heap snapshots beside the series: once warm, and at the end. */
  snapshots: boolean;
  /** --max-old-space-size of the server, in MB. */
  heapMb: number;
}

/** As many as there are callers, so that everybody's tokens are refreshed long before they expire. */
const CALLERS = 12;
const ACCOUNTS = 1000;
const LOOK_EVERY_S = 10;
/** Every which look collects first. */
const COLLECT_EVERY = 6;
/** Visits that need mails, for each request of the others. */
const PEOPLE_SHARE = 0.01;
const CALIBRATION_S = 20;
const OVER_TLS = { secure: true, disabledCommands: ['AUTH'] };
const AUTHORITY = 'authority.pem';
const DATA = resolve('data/soak');

/** One server under half of what it could bear, for as long as is said: what it holds must not grow. */
export async function soak(options: SoakOptions): Promise<Row[]> {
  const certificate = makeCertificate(2);
  if (!certificate) throw new Error('openssl is needed, for the certificate of a mail server');
  const mails = await openMailServer({ options: { ...certificate, ...OVER_TLS } });
  const stage = await openStage();
  const driver = openDriver();
  const home = mkdtempSync(join(tmpdir(), 'gatehouse-soak-'));
  try {
    const socket = join(home, 'inside');
    writeFileSync(join(home, AUTHORITY), certificate.cert);
    const config = await stage.database({ accounts: ACCOUNTS, clients: 1 });
    const server = await stage.server({
      config,
      workers: 1,
      env: await environment({ socket, home, mails }, options),
    });
    const gathering = { port: server.port, accounts: ACCOUNTS, clients: 1, visitors: CALLERS };
    await driver.gather(gathering);
    const perS = options.perS ?? (await calibrate(driver, server.port)) * options.share;
    tell(`${perS.toFixed(1)} requests a second from now on`);
    const sampler = await openSampler({ ...server, socket, config, redisUrl: stage.redisUrl });
    const people = await openPeople({ port: server.port, config, mails }, perS * PEOPLE_SHARE);
    const series: Series = { options, perS, points: [], troubles: [] };
    await drive({ series, driver, server, people, sampler, gathering });
    await people.stop();
    await sampler.close();
    console.log(`${tableOfSeries(series)}\n`);
    return judge(series);
  } finally {
    driver.close();
    await stage.close();
    await mails.close();
    rmSync(home, { recursive: true, force: true });
  }
}

/** What is young takes up to 96 MB of its own, and more the slower the answers are: half an hour of growth that is none. */
const YOUNG = '--max-semi-space-size=8';

/** As it is shipped: with metrics, and told what memory it has. */
async function environment(
  { socket, home, mails }: { socket: string; home: string; mails: MailServer },
  { heapMb }: SoakOptions,
): Promise<NodeJS.ProcessEnv> {
  const inside = join(import.meta.dirname, 'inside.js');
  return {
    NODE_OPTIONS: `--max-old-space-size=${heapMb} ${YOUNG} --import=${inside}`,
    SOAK_SOCKET: socket,
    NODE_COMPILE_CACHE: join(home, 'compiled'),
    SMTP_URL: mails.url.replace('smtp:', 'smtps:'),
    NODE_EXTRA_CA_CERTS: join(home, AUTHORITY),
    METRICS_PORT: String(await freePort()),
  };
}

const mixed = (port: number): Run => ({
  port,
  path: 'mixed',
  callers: CALLERS,
  seconds: LOOK_EVERY_S,
  clients: 1,
});

/** Once to warm up, once to count. */
async function calibrate(driver: Driver, port: number): Promise<number> {
  await driver.run({ ...mixed(port), seconds: CALIBRATION_S / 2 });
  const { operations, seconds } = await driver.run({ ...mixed(port), seconds: CALIBRATION_S });
  tell(`${(operations / seconds).toFixed(1)} requests a second at most`);
  return operations / seconds;
}

interface Drive {
  series: Series;
  driver: Driver;
  server: RunningServer;
  people: People;
  sampler: Awaited<ReturnType<typeof openSampler>>;
  gathering: Parameters<Driver['gather']>[0];
}

async function drive({ series, driver, server, people, sampler, gathering }: Drive) {
  const { options, perS, points, troubles } = series;
  const name = join(DATA, new Date().toISOString().replaceAll(':', '-').slice(0, 19));
  mkdirSync(DATA, { recursive: true });
  const startedAt = performance.now();
  const minute = () => (performance.now() - startedAt) / 60_000;
  const worked = () => ({
    server: workedUs([server.pid]),
    all: workedUs([process.pid]),
  });
  let warm = false;
  for (let looks = 0; minute() < options.minutes; looks += 1) {
    const [before, from] = [worked(), performance.now()];
    const run = { ...mixed(server.port), pace: perS };
    const ran = await driver.run(run).catch(async (error: unknown) => {
      troubles.push(`minute ${minute().toFixed(1)}: ${String(error).slice(0, 300)}`);
      await driver.gather(gathering);
      return { operations: 0, p99Ms: 0 };
    });
    const [after, us] = [worked(), (performance.now() - from) * 1000];
    const { done, turnedAway, failed } = people.outcomes();
    troubles.push(...failed.map((one) => `minute ${minute().toFixed(1)}: ${one}`));
    points.push({
      ...(await sampler.look(minute(), looks % COLLECT_EVERY === 0)),
      requests: ran.operations,
      visits: done,
      turnedAway,
      p99Ms: ran.p99Ms,
      serverCores: (after.server - before.server) / us,
      allCores: (after.all - before.all) / us,
    });
    writeFileSync(`${name}.json`, JSON.stringify(series, null, 1));
    if (looks % COLLECT_EVERY === 0) tell(told(series));
    if (options.snapshots && !warm && minute() > options.minutes * WARM_UP) {
      warm = true;
      await sampler.snapshot(`${name}-warm.heapsnapshot`);
    }
  }
  if (warm) await sampler.snapshot(`${name}-end.heapsnapshot`);
}

function told({ points, troubles }: Series): string {
  const point = points.at(-1);
  return `minute ${point?.minute.toFixed(1)}: RSS ${point?.residentMb.toFixed(1)} MiB, heap ${point?.heapMb?.toFixed(1)}, handles ${point?.handles}, ${point?.allCores.toFixed(2)} cores, ${troubles.length} troubles`;
}

const tell = (line: string) => void process.stderr.write(`${line}\n`);
