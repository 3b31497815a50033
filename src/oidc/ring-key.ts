import type { KeyObject } from 'node:crypto';
import { ExternalSigningKey, Provider } from 'oidc-provider';
import { z } from 'zod';
import type { KeyRing } from '../keys/key-ring.ts';
import { leastRecentlyUsed } from './least-recently-used.ts';
import { putOff } from './put-off-signature.ts';
import { unitOfWork } from './unit-of-work.ts';

/**
 * The one signing key that the library ever sees: it answers as whatever key of the ring is current. A rotation
 * between the library's reading of `kid` and its asking for a signature does no harm: the key named in the header signs.
 */
export class RingKey extends ExternalSigningKey {
  readonly #ring: KeyRing;

  constructor(ring: KeyRing) {
    super();
    this.#ring = ring;
  }

  override get kid(): string {
    return this.#ring.current.kid;
  }
  // The library assigns both at its start.
  override set kid(_: string) {}

  override get alg(): 'RS256' {
    return 'RS256';
  }
  override set alg(_: string) {}

  override keyObject(): KeyObject {
    return this.#ring.current.publicKey;
  }

  /** `data` is the JWS signing input: base64url(header) "." base64url(payload). */
  override async sign(data: Uint8Array): Promise<Uint8Array> {
    const { kid, typ } = headerIn(data);
    const signature = this.#ring.sign(kid, data);
    const unit = typ === 'at+jwt' ? unitOfWork(Provider.ctx) : undefined;
    return unit && !unit.accessToken ? putOff(unit, signature) : signature;
  }
}

const header = z.object({ kid: z.string(), typ: z.string().optional() });
type Header = z.infer<typeof header>;
/** A header is the same for every token of its type, until the key changes. */
const headers = leastRecentlyUsed<Header>(16);

function headerIn(signingInput: Uint8Array): Header {
  const encoded = Buffer.from(signingInput.subarray(0, signingInput.indexOf(DOT))).toString(
    'latin1',
  );
  const known = headers.get(encoded);
  if (known !== undefined) return known;
  const read = header.parse(JSON.parse(Buffer.from(encoded, 'base64url').toString()));
  headers.set(encoded, read);
  return read;
}

const DOT = '.'.charCodeAt(0);
