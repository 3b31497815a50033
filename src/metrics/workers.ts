import cluster, { type Worker } from 'node:cluster';
import { AggregatorRegistry } from 'prom-client';
import type { Metrics } from './metrics.ts';
import type { ProcessReport, ToldOutside } from './report.ts';

/** Of several processes on one port each knows its own figures alone: their leader asks them all, and tells the sum. */
export function toldByWorkers(): ToldOutside {
  return {
    async text() {
      const reports = await askAll();
      const figures = reports.flatMap(({ report }) => (report ? [report.figures] : []));
      return AggregatorRegistry.aggregate(figures).metrics();
    },
    async health() {
      const reports = await askAll();
      return reports.map(({ pid, report }) => report?.health ?? { status: 'silent', pid });
    },
  };
}

/** In one of them: answers the leader. */
export function answerLeader(metrics: Metrics): void {
  process.on('message', (asked: unknown) => {
    if (!isQuestion(asked)) return;
    const answered = metrics.report().then((report) => process.send?.({ ...asked, report }));
    answered.catch(() => {});
  });
}

interface Question {
  metrics: number;
}

interface Answered {
  pid: number;
  report?: ProcessReport | undefined;
}

/** Whoever has not answered by then is told as silent: a scrape waits no longer. */
const PATIENCE_MS = 2500;
let questions = 0;

function askAll(): Promise<Answered[]> {
  const workers = Object.values(cluster.workers ?? {}).flatMap((worker) => worker ?? []);
  return Promise.all(workers.filter((worker) => worker.isConnected()).map(ask));
}

function ask(worker: Worker): Promise<Answered> {
  const metrics = (questions += 1);
  return new Promise((resolve) => {
    const hear = (news: unknown) => {
      if (isAnswer(news) && news.metrics === metrics) end(news.report);
    };
    const end = (report?: ProcessReport) => {
      clearTimeout(late);
      worker.off('message', hear);
      resolve({ pid: worker.process.pid ?? 0, report });
    };
    const late = setTimeout(end, PATIENCE_MS);
    worker.on('message', hear);
    worker.send({ metrics });
  });
}

function isQuestion(message: unknown): message is Question {
  return typeof message === 'object' && message !== null && 'metrics' in message;
}

function isAnswer(message: unknown): message is Question & { report: ProcessReport } {
  return isQuestion(message) && 'report' in message;
}
