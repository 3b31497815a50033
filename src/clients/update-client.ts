import { isDeepStrictEqual } from 'node:util';
import type { Circumstances } from '../audit/events.ts';
import type { AuditTrail } from '../audit/store.ts';
import type { Settings } from '../settings/settings.ts';
import type { Atomically } from '../transactions/atomically.ts';
import { type KnownApis, apiFaults } from './api-faults.ts';
import type { Client } from './client.ts';
import type { Fault } from './fault.ts';
import { readLogo } from './logo.ts';
import { registrationFaults } from './registration.ts';
import { newSecret, usesSecret } from './secrets.ts';
import type { ClientRegistration, ClientStore } from './store.ts';

export interface UpdateClientDeps {
  atomically: Atomically<{
    clients: Pick<ClientStore, 'find' | 'replace' | 'addSecret' | 'expireSecrets' | 'setLogo'>;
    apis: KnownApis;
    audit: Pick<AuditTrail, 'record'>;
  }>;
  settings: Pick<Settings, 'production'>;
  now: () => Date;
}

export interface ClientChange {
  id: string;
  /** From what is registered to what shall be. */
  change: (registration: ClientRegistration) => ClientRegistration;
  /** The bytes of a PNG or WebP picture; `none` takes it away. */
  logo?: Buffer | 'none';
}

export type UpdateClientOutcome =
  /** With the first secret of a client that had no use for one before. */
  | { outcome: 'updated'; fields: string[]; secret?: string }
  | { outcome: 'unchanged' | 'unknown' | 'changed-meanwhile' }
  | { outcome: 'refused'; faults: Fault[] };

export async function updateClient(
  deps: UpdateClientDeps,
  { id, change, logo: wish }: ClientChange,
  circumstances: Circumstances,
): Promise<UpdateClientOutcome> {
  const read = Buffer.isBuffer(wish) ? readLogo(wish) : {};
  return deps.atomically(async ({ clients, apis, audit }) => {
    const client = await clients.find(id);
    if (!client) return { outcome: 'unknown' };
    const before = registrationOf(client);
    const after = { ...change(before), id };
    const faults = [
      ...registrationFaults(after, deps.settings),
      ...(read.faults ?? []),
      ...(await apiFaults(apis, after)),
    ];
    if (faults.length > 0) return { outcome: 'refused', faults };
    const fields = [...changedFields(before, after), ...(wish === undefined ? [] : ['logo'])];
    if (fields.length === 0) return { outcome: 'unchanged' };
    const replaced = await clients.replace(after, client.updatedAt);
    if (replaced !== 'replaced') return { outcome: replaced };
    if (wish !== undefined) await clients.setLogo(id, read.logo);
    const secret = await settleSecrets(clients, before, after, deps.now());
    await audit.record('client-updated', { fields }, { ...circumstances, clientId: id });
    return { outcome: 'updated', fields, ...(secret !== undefined && { secret }) };
  });
}

/** What it says of itself, without what has operations of its own. */
export function registrationOf(client: Client): ClientRegistration {
  const {
    secrets: _secrets,
    hasLogo: _logo,
    createdAt: _made,
    updatedAt: _changed,
    ...own
  } = client;
  return own;
}

function changedFields(before: ClientRegistration, after: ClientRegistration): string[] {
  const was = new Map<string, unknown>(Object.entries(before));
  const is = new Map<string, unknown>(Object.entries(after));
  return [...new Set([...was.keys(), ...is.keys()])].filter(
    (field) => !isDeepStrictEqual(was.get(field), is.get(field)),
  );
}

/** A client that begins to need a secret gets one; one that stops needing any keeps none that works. */
async function settleSecrets(
  clients: Pick<ClientStore, 'addSecret' | 'expireSecrets'>,
  before: ClientRegistration,
  after: ClientRegistration,
  now: Date,
): Promise<string | undefined> {
  if (usesSecret(before) === usesSecret(after)) return undefined;
  if (!usesSecret(after)) {
    await clients.expireSecrets(after.id, undefined, now);
    return undefined;
  }
  const secret = newSecret(now);
  await clients.addSecret(after.id, secret.stored);
  return secret.value;
}
