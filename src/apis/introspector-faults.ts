import { type Fault, shown } from '../clients/fault.ts';
import type { ApiRegistration } from './store.ts';

/** The clients that there are, as far as an API needs to know them. */
export interface KnownClients {
  find(id: string): Promise<{ tokenEndpointAuthMethod: string } | undefined>;
}

/** Whoever asks about tokens must exist and be able to prove who it is. */
export async function introspectorFaults(
  known: KnownClients,
  { introspectedBy }: Pick<ApiRegistration, 'introspectedBy'>,
): Promise<Fault[]> {
  const faults: Fault[] = [];
  for (const id of new Set(introspectedBy)) {
    const client = await known.find(id);
    if (client && client.tokenEndpointAuthMethod !== 'none') continue;
    const fault = client
      ? `The client ${shown(id)} cannot introspect: it has no way to prove who it is.`
      : `There is no client ${shown(id)}.`;
    faults.push({ field: 'introspectedBy', fault });
  }
  return faults;
}
