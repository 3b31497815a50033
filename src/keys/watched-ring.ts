import { type Watch, seen } from '../watching/watch.ts';
import type { KeyRing } from './key-ring.ts';

/** The same ring; each signature is seen. */
export function watchedRing(ring: KeyRing, watch: Watch): KeyRing {
  return {
    get current() {
      return ring.current;
    },
    get document() {
      return ring.document;
    },
    publicKey: (kid) => ring.publicKey(kid),
    hintKey: (kid) => ring.hintKey(kid),
    sign: (kid, data) => seen(watch, { kind: 'sign', name: 'sign' }, () => ring.sign(kid, data)),
  };
}
