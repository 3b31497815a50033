import type { Client, ClientSecret, Logo } from './client.ts';

/** What a registration says; secrets, logo and dates have operations of their own. */
export type ClientRegistration = Omit<Client, 'secrets' | 'hasLogo' | 'createdAt' | 'updatedAt'>;

/** Every write announces itself to all processes (a trigger). */
export interface ClientStore {
  /** Of two simultaneous calls with one id exactly one creates. */
  create(client: ClientRegistration): Promise<'created' | 'taken'>;
  find(id: string): Promise<Client | undefined>;
  /** By id, after the given one. */
  list(page: { after?: string; limit: number }): Promise<Client[]>;
  /** Replaces the whole registration, provided it is as it was at `seen`. */
  replace(
    client: ClientRegistration,
    seen: Date,
  ): Promise<'replaced' | 'changed-meanwhile' | 'unknown'>;
  /** In a transaction: whoever adds another one waits for its end. */
  addSecret(clientId: string, secret: ClientSecret): Promise<void>;
  /** Lets every secret (but `except`) end at `at`, unless it ends sooner. */
  expireSecrets(clientId: string, except: string | undefined, at: Date): Promise<void>;
  setLogo(clientId: string, logo: Logo | undefined): Promise<boolean>;
  logo(clientId: string): Promise<Logo | undefined>;
  /** Also ends its grants and tokens. */
  delete(id: string): Promise<boolean>;
  /** Ends what development left behind; answers the ids. */
  deleteDevelopment(): Promise<string[]>;
}
