import { type LookupAddress, type LookupAllOptions, lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';

/** A signature has a second: this much of it may pass in waiting for a name server. */
const PATIENCE_MS = 300;

type Ask = (
  host: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, found: LookupAddress[]) => void,
) => void;

/**
 * Looks a name up each time, and goes where it led last while no name server answers: a token need not wait for that. A
 * name that is said to be gone is gone.
 */
export function rememberedAddress(ask: Ask = lookup): LookupFunction {
  const known = new Map<string, LookupAddress[]>();
  return (host, options, callback) => {
    const late = setTimeout(() => {
      const last = known.get(host);
      if (last) tell(null, last);
    }, PATIENCE_MS);
    let told = false;
    const tell = (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => {
      if (told) return;
      told = true;
      clearTimeout(late);
      const [{ address, family } = { address: '', family: 0 }] = addresses;
      if (options.all) callback(error, addresses);
      else callback(error, address, family);
    };
    ask(host, { ...options, all: true }, (error, found) => {
      if (!error) known.set(host, found);
      const last = error?.code === 'EAI_AGAIN' ? known.get(host) : undefined;
      if (last) tell(null, last);
      else tell(error, error ? [] : found);
    });
  };
}
