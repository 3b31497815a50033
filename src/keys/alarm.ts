/** Tells a fault once, and once again every minute for as long as it lasts; and when it is over. */
export interface Alarm {
  fault(error: unknown): void;
  well(): void;
}

export interface AlarmDeps {
  raise: (error: unknown) => void;
  over: () => void;
  now?: () => number;
}

const AGAIN_MS = 60_000;

export function openAlarm({ raise, over, now = () => performance.now() }: AlarmDeps): Alarm {
  let raised: { words: string; at: number } | undefined;
  return {
    fault(error) {
      const words = error instanceof Error ? error.message : String(error);
      if (raised && raised.words === words && now() - raised.at < AGAIN_MS) return;
      raised = { words, at: now() };
      raise(error);
    },
    well() {
      if (!raised) return;
      raised = undefined;
      over();
    },
  };
}
