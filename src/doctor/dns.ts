import { Resolver } from 'node:dns/promises';

/** What the DNS says under a name: its TXT records, or why there are none. */
export type TxtAnswer = string[] | 'no-such-name' | 'no-such-record' | 'silent';

export interface Dns {
  txt(name: string): Promise<TxtAnswer>;
}

/** Asks the machine's own name servers, or others. */
export function openDns(servers?: readonly string[]): Dns {
  const resolver = new Resolver({ timeout: 1500, tries: 2 });
  if (servers) resolver.setServers(servers);
  return {
    async txt(name) {
      try {
        const records = await resolver.resolveTxt(name);
        return records.map((pieces) => pieces.join(''));
      } catch (error) {
        return REASONS[String(Object(error).code)] ?? 'silent';
      }
    },
  };
}

const REASONS: Record<string, TxtAnswer> = { ENOTFOUND: 'no-such-name', ENODATA: 'no-such-record' };
