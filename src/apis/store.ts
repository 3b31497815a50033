import type { Api } from './api.ts';

export type ApiRegistration = Omit<Api, 'createdAt' | 'updatedAt'>;

/** Every write announces itself to all processes (a trigger). */
export interface ApiStore {
  create(api: ApiRegistration): Promise<'created' | 'taken'>;
  find(audience: string): Promise<Api | undefined>;
  list(): Promise<Api[]>;
  /** Replaces the whole registration, provided it is as it was at `seen`. Clients lose the scopes it loses. */
  replace(api: ApiRegistration, seen: Date): Promise<'replaced' | 'changed-meanwhile' | 'unknown'>;
  delete(audience: string): Promise<boolean>;
}
