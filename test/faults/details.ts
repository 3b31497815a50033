import { type Measured, type Times, lasted, p99, reasons } from './measure.ts';
import type { Call } from './record.ts';
import type { Stage } from './stage.ts';

const SLOWEST = 15;
const LAST_LINES = 60;

/** What stands beside the table, for whoever looks for a cause. */
export function detailsOf(stage: Stage, measured: Measured, times: Times): string {
  const { calls, facts } = stage.recorder;
  const at = (moment: number) => `${((moment - times.hurtAt) / 1000).toFixed(2)} s`;
  const line = (call: Call) =>
    `${at(call.startedAt)} ${Math.round(lasted(call))} ms ${call.what} ${call.status || call.why}`;
  const during = calls.filter(({ endedAt }) => endedAt >= times.hurtAt);
  const slowest = during.toSorted((one, other) => lasted(other) - lasted(one)).slice(0, SLOWEST);
  return [
    `healed at ${at(times.healedAt)}, load stopped at ${at(times.stoppedAt)}, baseline p99 ${Math.round(measured.baselineP99Ms)} ms`,
    ...[...measured.byKind].map(([kind, { calls: count, errors }]) =>
      [
        kind,
        `${count} calls, p99 ${Math.round(p99(during.filter((c) => c.kind === kind)))} ms`,
        `${errors.length} errors`,
        reasons(errors),
      ].join('; '),
    ),
    'slowest:',
    ...slowest.map(line),
    'outside the fault:',
    ...measured.stray.map(line),
    'facts:',
    ...facts.flatMap((fact) => {
      const { is, at: when, ...more } = fact;
      const told = is === 'stranded' || is === 'outlived' || (is === 'ended' && fact.anew > 0);
      return told ? [`${at(when)} ${is} ${JSON.stringify(more)}`] : [];
    }),
    ...stage.servers.flatMap((server) => [`server ${server.port}:`, ...said(server)]),
  ].join('\n');
}

/** What a server logged, each sentence once. */
function said(server: Stage['servers'][number]): string[] {
  const tally = new Map<string, number>();
  for (const line of `${server.stdout()}\n${server.stderr()}`.split('\n')) {
    const one = sentenceOf(line);
    if (one) tally.set(one, (tally.get(one) ?? 0) + 1);
  }
  return [...tally].map(([sentence, count]) => `${count} x ${sentence}`).slice(0, LAST_LINES);
}

function sentenceOf(line: string): string {
  if (!line.startsWith('{')) return line;
  const { level, msg, err }: { level?: string; msg?: string; err?: { message?: string } } = Object(
    JSON.parse(line),
  );
  return [level, msg, err?.message?.slice(0, 200)].filter(Boolean).join(': ');
}
