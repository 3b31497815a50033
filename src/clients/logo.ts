import { readPicture } from '../pictures/picture.ts';
import type { Logo } from './client.ts';
import type { Fault } from './fault.ts';

const LIMITS = { bytes: 100 * 1024, pixels: 1024 };

/** What may be served as a client's logo. */
export function readLogo(bytes: Buffer): { logo?: Logo; faults?: Fault[] } {
  const read = readPicture(bytes, LIMITS);
  if (typeof read !== 'string') return { logo: read };
  return { faults: [{ field: 'logo', fault: `The logo ${read}.` }] };
}
