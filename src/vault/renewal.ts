import type { Lease } from './logins.ts';
import type { VaultLog } from './open-vault.ts';
import { VaultAway } from './vault.ts';

export interface RenewalDeps {
  renew: (token: string) => Promise<Lease>;
  /** Another token in the place of that one, where there is a login for it. */
  instead: (token: string) => Promise<Lease | undefined>;
  /** What came of it is the token of now. */
  onChange: (lease: Lease) => void;
  onRefused: (token: string) => Promise<unknown>;
  later: (work: () => void, ms: number) => () => void;
  log: VaultLog;
}

/** Keeps one token alive at a time: renewed, or replaced, at two thirds of its life. */
export interface Renewal {
  begin(lease: Lease): void;
  end(): void;
}

/** The longest wait that a timer knows. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function openRenewal(deps: RenewalDeps): Renewal {
  const { later, log } = deps;
  let callOff: (() => void) | undefined;
  let ended = false;
  /** Which token it is about: an answer that comes too late changes nothing. */
  let turn = 0;

  function wait(lease: Lease, fullS: number): void {
    callOff?.();
    turn += 1;
    if (ended || lease.seconds === undefined) return;
    const ms = Math.min((lease.seconds * 1000 * 2) / 3, LONGEST_TIMER_MS);
    callOff = later(() => void due(lease, fullS), ms);
  }

  async function due(lease: Lease, fullS: number): Promise<void> {
    const mine = turn;
    try {
      const next = await nextAfter(lease, fullS, deps);
      if (ended || turn !== mine) return;
      if (!next) return log.error({ endsInS: Math.round((lease.seconds ?? 0) / 3) }, ENDS);
      if (next.capped) log.error({ endsInS: next.lease.seconds }, ENDS);
      deps.onChange(next.lease);
      wait(next.lease, next.fullS);
    } catch (error) {
      if (ended || turn !== mine) return;
      log.warn({ err: error }, 'the Vault token cannot be renewed now');
      if (error instanceof VaultAway) {
        callOff = later(() => void due(lease, fullS), retryMs(lease));
      } else await deps.onRefused(lease.token).catch(() => {});
    }
  }

  return {
    begin: (lease) => wait(lease, lease.seconds ?? 0),
    end() {
      ended = true;
      callOff?.();
    },
  };
}

const ENDS = 'the Vault token ends soon and cannot be renewed any more: give another one';

interface Next {
  lease: Lease;
  /** How long it lived when it was new. */
  fullS: number;
  /** Near the end of the longest life: each renewal is shorter than the one before. */
  capped?: boolean;
}

/** What is renewed for less than half of its first life nears the end of its longest one: it is replaced, if it can be. */
async function nextAfter(
  { token, renewable }: Lease,
  fullS: number,
  { renew, instead }: RenewalDeps,
): Promise<Next | undefined> {
  const renewed = renewable ? await renew(token) : undefined;
  if (renewed && (renewed.seconds ?? Infinity) >= fullS / 2) return { lease: renewed, fullS };
  const other = await instead(token);
  if (other) return { lease: other, fullS: other.seconds ?? 0 };
  return renewed && { lease: renewed, fullS, capped: true };
}

/** A third of its life is left, for several tries. */
const retryMs = ({ seconds = 0 }: Lease): number =>
  Math.min(Math.max((seconds * 1000) / 12, 500), 30_000);
