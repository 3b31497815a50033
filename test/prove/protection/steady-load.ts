import { Agent, type OutgoingHttpHeaders, request as open } from 'node:http';

export interface Question {
  port: number;
  path: string;
  headers: OutgoingHttpHeaders;
  body?: string;
  /** On a connection of its own, as a stranger comes. */
  fresh?: boolean;
}

/** What came of all that was asked: how often which status (0: no answer), and how long those of each took. */
export interface Seen {
  asked: number;
  ms: Record<number, number[]>;
  forHowLongS: number;
}

const kept = new Agent({ keepAlive: true });

/** The status alone: what loads a server must not be busy itself. */
export function ask(question: Question): Promise<number> {
  const { port, path, body, fresh } = question;
  const agent = fresh ? new Agent() : kept;
  const method = body === undefined ? 'GET' : 'POST';
  const headers = { ...question.headers, ...(body && { 'content-type': FORM }) };
  return new Promise((resolve) => {
    const options = { host: '127.0.0.1', port, path, method, headers, agent };
    const sent = open(options, (response) => {
      response.resume();
      response.once('close', () => resolve(response.statusCode ?? 0));
    });
    sent.setTimeout(PATIENCE_MS, () => sent.destroy());
    sent.once('error', () => resolve(0));
    sent.end(body);
  });
}

const FORM = 'application/x-www-form-urlencoded';
const PATIENCE_MS = 15_000;

/** So often a second, however long the answers take: those who come do not know of each other. */
export function steadyLoad(perSecond: number, next: () => Question) {
  const seen: Seen = { asked: 0, ms: {}, forHowLongS: 0 };
  const underWay = new Set<Promise<void>>();
  const began = performance.now();
  const clock = setInterval(() => {
    const due = ((performance.now() - began) / 1000) * perSecond;
    while (seen.asked < due) {
      seen.asked += 1;
      const one = note(seen, next()).finally(() => underWay.delete(one));
      underWay.add(one);
    }
  }, 5);

  return {
    seen,
    /** Asks no more, and waits for what is under way. */
    async stop(): Promise<Seen> {
      clearInterval(clock);
      seen.forHowLongS = (performance.now() - began) / 1000;
      await Promise.all(underWay);
      return seen;
    },
  };
}

/** As often as they are answered, by so many at once. */
export async function closedLoop(
  callers: number,
  seconds: number,
  next: () => Question,
): Promise<Seen> {
  const seen: Seen = { asked: 0, ms: {}, forHowLongS: seconds };
  const until = performance.now() + seconds * 1000;
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (performance.now() < until) {
        seen.asked += 1;
        await note(seen, next());
      }
    }),
  );
  return seen;
}

async function note(seen: Seen, question: Question): Promise<void> {
  const from = performance.now();
  const status = await ask(question);
  (seen.ms[status] ??= []).push(performance.now() - from);
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

export const allTimes = ({ ms }: Seen) => Object.values(ms).flat();
export const countOf = ({ ms }: Seen, status: number) => ms[status]?.length ?? 0;

/** "200×512 503×3, p50 4 ms, p99 41 ms". */
export function inWords(seen: Seen): string {
  const counts = Object.entries(seen.ms).map(([status, { length }]) => `${status}×${length}`);
  const at = (share: number) => Math.round(percentile(allTimes(seen), share));
  return `${counts.join(' ')}, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`;
}
