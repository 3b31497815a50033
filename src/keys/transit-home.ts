import type { HomeView, KeyHome, SpareKey } from './key-home.ts';
import type { StoredKey } from './store.ts';
import { isAwkward } from './thumbprint.ts';
import type { TransitVersion, TransitVersions } from './transit-answers.ts';
import type { TransitKey } from './vault-transit.ts';

/** New keys are versions of one transit key. Which version a key is, its public half tells. */
export function transitHome(transitKey: TransitKey): KeyHome {
  const isOurs = (key: StoredKey) => key.transitKey === transitKey.path;

  /** The highest version that became a key of this house. */
  function lastKnown(keys: readonly StoredKey[], { byKid }: TransitVersions): number {
    const known = keys.filter(isOurs).map(({ kid }) => byKid.get(kid)?.number ?? 0);
    return Math.max(0, ...known);
  }

  /** One that was made and came to nothing here, or by somebody else, goes before a new one. */
  function waiting(
    keys: readonly StoredKey[],
    versions: TransitVersions,
  ): TransitVersion | undefined {
    const known = lastKnown(keys, versions);
    const newest = newestOf(versions);
    // Where none is known, all may have had a life here that was forgotten: but not the only one ever.
    const isNew = known > 0 ? versions.latest > known : versions.latest === 1;
    return isNew && newest?.maySign ? newest : undefined;
  }

  async function make(keys: readonly StoredKey[]): Promise<SpareKey> {
    let versions = await transitKey.read();
    if (versions.latest === 0) {
      if (keys.some((key) => isOurs(key) && !key.revokedAt)) throw gone(transitKey.path);
      versions = await transitKey.create();
    }
    let version = waiting(keys, versions);
    while (!version || isAwkward(version.kid)) version = newestOf(await transitKey.rotate());
    const { kid, publicJwk } = version;
    return { kid, publicJwk, transitKey: transitKey.path };
  }

  // Of the moment: what is made in the course of a change fits at once.
  const view: HomeView = {
    fits: (key) => isOurs(key) && transitKey.versions.byKid.get(key.kid)?.maySign === true,
    reaches: () => true,
    isRotated: (keys) =>
      lastKnown(keys, transitKey.versions) > 0 && waiting(keys, transitKey.versions) !== undefined,
  };
  return {
    async look() {
      await transitKey.read();
      return view;
    },
    prepare: async () => make,
  };
}

function newestOf({ latest, byKid }: TransitVersions): TransitVersion | undefined {
  return [...byKid.values()].find(({ number }) => number === latest);
}

function gone(path: string): Error {
  return new Error(
    `The transit key ${path} is not in Vault any more, and the keys that sign are versions of it. ` +
      'Restore it, or begin with new keys: gatehouse keys revoke --every.',
  );
}
