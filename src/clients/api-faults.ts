import { type Fault, shown } from './fault.ts';
import type { ClientRegistration } from './store.ts';

/** The APIs that there are, as far as a client needs to know them. */
export interface KnownApis {
  find(audience: string): Promise<{ scopes: { name: string }[] } | undefined>;
}

/** A client may only ask for APIs and scopes that are registered. */
export async function apiFaults(
  known: KnownApis,
  { apis }: Pick<ClientRegistration, 'apis'>,
): Promise<Fault[]> {
  const faults: string[] = [];
  for (const [audience, scopes] of Object.entries(apis)) {
    const api = await known.find(audience);
    if (!api) {
      faults.push(`There is no API ${shown(audience)}; make it first with gatehouse api create.`);
      continue;
    }
    const names = new Set(api.scopes.map(({ name }) => name));
    const unknown = scopes.filter((scope) => !names.has(scope)).map(shown);
    if (unknown.length > 0) {
      faults.push(`The API ${shown(audience)} has no scope ${unknown.join(', ')}.`);
    }
  }
  return faults.map((fault) => ({ field: 'apis', fault }));
}
