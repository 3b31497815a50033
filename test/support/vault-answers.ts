import { randomBytes } from 'node:crypto';

/** What one engine of the Vault in vault-server.ts is asked, and answers. */
export interface VaultCall {
  method: string;
  /** Behind the mount's prefix, decoded. */
  path: string;
  query: URLSearchParams;
  body: Record<string, unknown>;
  token: string;
}

export interface VaultAnswer {
  status: number;
  /** Text goes out as it is. */
  body?: unknown;
}

export type VaultEngine = (call: VaultCall) => VaultAnswer | Promise<VaultAnswer>;

/** The envelope of every answer that has data or a token: docs/api/auth/token.mdx, "Sample response". */
export function inEnvelope(parts: { data?: unknown; auth?: unknown; warnings?: string[] }) {
  return {
    request_id: randomBytes(16).toString('hex'),
    lease_id: '',
    renewable: false,
    lease_duration: 0,
    data: null,
    wrap_info: null,
    warnings: null,
    auth: null,
    ...parts,
  };
}

/** docs/api/index.mdx, "Error response". */
export const refusal = (status: number, ...errors: string[]): VaultAnswer => ({
  status,
  body: { errors },
});
