import { setImmediate as breathe, setTimeout as sleep } from 'node:timers/promises';
import { openAlarm } from '../keys/alarm.ts';
import { openLine } from '../waiting/line.ts';
import { within } from '../waiting/within.ts';
import type { LogoutNotice, LogoutNoticeStore } from './store.ts';
import type { Answer, Conclusion } from './tell-client.ts';

export interface Courier {
  /** Lets what is in hand end, but not for long: what does not is tried again by the next process. */
  close(): Promise<void>;
}

export interface CourierDeps {
  logoutNotices: Pick<LogoutNoticeStore, 'claim'>;
  tell: (notice: LogoutNotice, cut: AbortSignal) => Promise<Answer>;
  conclude: (notice: LogoutNotice, answer: Answer) => Promise<Conclusion>;
  /** Told once when a receiver goes away, and once when it is back. */
  onAway: (notice: LogoutNotice, why: string) => void;
  onBack: (notice: LogoutNotice) => void;
  /** Told of each notice that is given up. */
  onFailed: (notice: LogoutNotice, why: string) => void;
  onDisturbance: (error: unknown) => void;
}

/** Longer than any try takes. Whoever dies in the middle of one holds the notice up for that long. */
const CLAIM_S = 20;
const LOOK_MS = 1000;
/** Between two looks, however quickly receivers answer. */
const BREATH_MS = 20;
const LAST_MS = 2000;
/** At once, in all and to one origin. */
const MOST = 128;
const PER_ORIGIN = 4;
/** Who did not answer last is asked by one notice at a time, and all of these together leave room for the others. */
const MOST_AWAY = 32;

const HEARD = new Set<Answer['outcome']>(['accepted', 'refused']);

/**
 * Carries notices from the store to their receivers, from the day the process begins until it leaves. Receivers that
 * hang wait for each other, never others for them.
 */
export function openCourier(deps: CourierDeps): Courier {
  const cut = new AbortController();
  const trips = new Set<Promise<void>>();
  const origins = openOrigins();
  const inTurn = oneAtATime();
  const alarm = openAlarm({ raise: (error) => deps.onDisturbance(error), over: () => {} });
  const over = new AbortController();
  let pause = new AbortController();
  const wake = () => pause.abort();

  async function carry(notice: LogoutNotice): Promise<void> {
    const { origin } = new URL(notice.uri);
    try {
      const answer = await deps.tell(notice, cut.signal);
      const conclusion = await inTurn(() => deps.conclude(notice, answer));
      if (cut.signal.aborted) return;
      const why = 'why' in answer ? answer.why : '';
      if (answer.outcome === 'not-now' && origins.isAway(origin)) deps.onAway(notice, why);
      if (HEARD.has(answer.outcome) && origins.isBack(origin)) deps.onBack(notice);
      if (conclusion === 'failed') deps.onFailed(notice, why);
    } catch (error) {
      alarm.fault(error);
    } finally {
      origins.free(origin);
      wake();
    }
  }

  async function look(): Promise<void> {
    const total = MOST - trips.size;
    if (total === 0) return;
    const room = { total, perOrigin: PER_ORIGIN, free: origins.places() };
    const notices = await deps.logoutNotices.claim(room, CLAIM_S);
    alarm.well();
    for (const notice of notices) {
      origins.take(new URL(notice.uri).origin);
      const trip = carry(notice).finally(() => trips.delete(trip));
      trips.add(trip);
      // Each begins with a signature: whoever asks for a page meanwhile need not wait for all of them.
      await breathe();
    }
  }

  async function work(): Promise<void> {
    while (!over.signal.aborted) {
      pause = new AbortController();
      await look().catch((error: unknown) => alarm.fault(error));
      await sleep(LOOK_MS, undefined, { signal: pause.signal }).catch(() => {});
      await sleep(BREATH_MS);
    }
  }

  const working = work();
  return {
    async close() {
      over.abort();
      wake();
      await working;
      await within(LAST_MS, Promise.all(trips));
      cut.abort();
      await Promise.all(trips);
    },
  };
}

/** Many that end at one moment leave connections to the database for others. */
function oneAtATime(): <T>(work: () => Promise<T>) => Promise<T> {
  const line = openLine(1);
  return async (work) => {
    if (!line.enterNow()) await line.wait();
    try {
      return await work();
    } finally {
      line.leave();
    }
  };
}

/** What is in hand for whom, and who did not answer last: who was asked longest ago comes first. */
function openOrigins() {
  const inHand = new Map<string, number>();
  const away = new Set<string>();
  const handed = (origin: string) => inHand.get(origin) ?? 0;
  return {
    take(origin: string) {
      inHand.set(origin, handed(origin) + 1);
      if (away.delete(origin)) away.add(origin);
    },
    free(origin: string) {
      if (handed(origin) > 1) inHand.set(origin, handed(origin) - 1);
      else inHand.delete(origin);
    },
    /** Each answers whether that is new. */
    isAway: (origin: string) => !away.has(origin) && Boolean(away.add(origin)),
    isBack: (origin: string) => away.delete(origin),
    places(): Map<string, number> {
      const places = new Map([...inHand].map(([origin, count]) => [origin, PER_ORIGIN - count]));
      let left = MOST_AWAY - [...away].filter((origin) => inHand.has(origin)).length;
      for (const origin of away) {
        const may = left > 0 && !inHand.has(origin);
        places.set(origin, may ? 1 : 0);
        if (may) left -= 1;
      }
      return places;
    },
  };
}
