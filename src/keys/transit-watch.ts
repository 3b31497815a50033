import type { Alarm } from './alarm.ts';
import type { TransitVersions } from './transit-answers.ts';
import type { Transit, TransitKey } from './vault-transit.ts';

export interface WatchDeps {
  transit: Pick<Transit, 'keys'>;
  /** The one in which new keys are made. */
  home: TransitKey | undefined;
  /** Called when versions came, went or lost their leave to sign in the home. */
  settle: () => Promise<unknown>;
  alarm: Alarm;
}

const EVERY_MS = 1000;

/** Looks every second at what Vault has: a version that came by itself is published, one that may not sign is replaced. */
export function watchTransit({ transit, home, settle, alarm }: WatchDeps): { close(): void } {
  let settled = home && told(home.versions);
  let looking = false;

  async function look(): Promise<void> {
    await Promise.all(transit.keys().map((key) => key.read()));
    if (!home || told(home.versions) === settled) return;
    const seen = told(home.versions);
    await settle();
    settled = seen;
  }

  const watch = setInterval(() => {
    if (looking) return;
    looking = true;
    void look()
      .then(
        () => alarm.well(),
        (error: unknown) => alarm.fault(error),
      )
      .finally(() => {
        looking = false;
      });
  }, EVERY_MS);
  watch.unref();
  return { close: () => clearInterval(watch) };
}

function told({ byKid }: TransitVersions): string {
  return [...byKid.values()].map(({ kid, maySign }) => `${kid} ${maySign}`).join();
}
