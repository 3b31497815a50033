/**
 * Owns the way into Vault (or OpenBao): who we are there, for how long, and what it may answer. Refuses to know what is
 * kept or signed there.
 */
import { StoreAway } from '../transactions/store-away.ts';

export interface Vault {
  /** VAULT_ADDR, no trailing slash. */
  readonly address: string;
  readonly namespace: string | undefined;
  /** Whom its certificate is checked against, in PEM: VAULT_CACERT. */
  readonly ca: string | undefined;
  /** The token of now: from VAULT_TOKEN, a token file or AppRole; renewed at two thirds of its life. */
  token(): Promise<string>;
  /**
   * Vault refused that token. Logs in again, once for all who ask about the same token; throws VaultRefused where
   * nothing better is to be had, and soon after a new login that did not help.
   */
  refused(token: string): Promise<string>;
  /** One request for control, not for signing: with the token of now, once more with a new one after a refusal. */
  ask(request: VaultRequest): Promise<unknown>;
  /** What Vault says of the token of now; undefined where it says nothing: the token has ended, or may not look at itself. */
  look(): Promise<{ policies: string[] } | undefined>;
  /** Renews nothing any more. */
  close(): void;
}

export interface VaultRequest {
  method: 'GET' | 'POST' | 'DELETE';
  /** Behind `/v1/`, its segments encoded: `transit/keys/gatehouse`. */
  path: string;
  body?: object;
}

/** Who we are to Vault, and where it is. */
export interface VaultAccess {
  address: string;
  namespace?: string | undefined;
  ca?: string | undefined;
  login: VaultLogin;
}

export type VaultLogin =
  | { by: 'token'; token: string }
  /** A file that somebody else keeps fresh; read again when it changes. */
  | { by: 'token-file'; path: string }
  /** The secret id, or a file that holds it, which is read at each login. */
  | { by: 'approle'; roleId: string; secretId: string | { path: string } };

/** Sealed, a standby, overloaded, too slow or out of reach: it may answer later. */
export class VaultAway extends StoreAway {
  constructor(sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.name = 'VaultAway';
  }
}

/** Vault does not know the token, or its policies do not allow this. */
export class VaultRefused extends Error {
  constructor(sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.name = 'VaultRefused';
  }
}

/** Vault said no, and would say so again: there is nothing at that path, it was asked wrongly, or it is no Vault. */
export class VaultFault extends Error {
  /** 0 where there was no answer that can be understood. */
  readonly status: number;
  /** What it answered beside its errors: a deleted secret has metadata. */
  readonly body: unknown;

  constructor(sentence: string, answer: { status: number; body?: unknown }) {
    super(sentence);
    this.name = 'VaultFault';
    this.status = answer.status;
    this.body = answer.body;
  }
}
