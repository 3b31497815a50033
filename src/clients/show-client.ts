import type { Client } from './client.ts';
import type { ClientStore } from './store.ts';

export interface ShowClientDeps {
  clients: Pick<ClientStore, 'find'>;
  now: () => Date;
}

/** A client as an operator sees it: of its secrets only when they were made and when they end. */
export interface ShownClient extends Omit<Client, 'secrets'> {
  secrets: { id: string; createdAt: Date; expiresAt?: Date; works: boolean }[];
}

export async function showClient(
  deps: ShowClientDeps,
  id: string,
): Promise<ShownClient | undefined> {
  const client = await deps.clients.find(id);
  return client && withoutSecrets(client, deps.now());
}

export function withoutSecrets(client: Client, now: Date): ShownClient {
  return {
    ...client,
    secrets: client.secrets.map(({ id, createdAt, expiresAt }) => ({
      id,
      createdAt,
      ...(expiresAt && { expiresAt }),
      works: !expiresAt || now < expiresAt,
    })),
  };
}
