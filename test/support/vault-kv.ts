import { type VaultEngine, inEnvelope, refusal } from './vault-answers.ts';
import type { VaultServer } from './vault-server.ts';

/** The engine that keeps secrets, in both its versions: docs/api/secret/kv/kv-v1.mdx and kv-v2.mdx. */
export interface VaultKv {
  put(path: string, fields: Record<string, unknown>): void;
  /** Of the second version: the newest data is marked as deleted, and what is known of it stays. */
  softDelete(path: string): void;
}

interface Kept {
  fields: Record<string, unknown>;
  version: number;
  deletedAt?: string;
}

export function mountKv(server: VaultServer, prefix: string, version: 1 | 2): VaultKv {
  const kept = new Map<string, Kept>();
  const details = { type: 'kv', options: { version: String(version) } };
  server.mount(prefix, version === 1 ? kvV1(kept) : kvV2(kept), details);
  return {
    put(path, fields) {
      kept.set(path, { fields, version: (kept.get(path)?.version ?? 0) + 1 });
    },
    softDelete(path) {
      const one = kept.get(path);
      if (one) one.deletedAt = new Date().toISOString();
    },
  };
}

/** internal/builtin/logical/kv/passthrough.go: the fields as they are, or 404 without an error. */
function kvV1(kept: Map<string, Kept>): VaultEngine {
  return ({ method, path }) => {
    if (method !== 'GET') return refusal(405, 'unsupported operation');
    const one = kept.get(path);
    return one ? { status: 200, body: inEnvelope({ data: one.fields }) } : refusal(404);
  };
}

/**
 * internal/builtin/logical/kv/path_data.go: under data/, in an envelope of its own; 404 with metadata and `data: null`
 * where the version was deleted. backend.go: another path is 404 with a warning.
 */
function kvV2(kept: Map<string, Kept>): VaultEngine {
  return ({ method, path }) => {
    if (method !== 'GET') return refusal(405, 'unsupported operation');
    if (!path.startsWith('data/')) {
      const warnings = ['Invalid path for a versioned K/V secrets engine.'];
      return { status: 404, body: inEnvelope({ warnings }) };
    }
    const one = kept.get(path.slice('data/'.length));
    if (!one) return refusal(404);
    const metadata = {
      created_time: '2026-01-01T00:00:00Z',
      custom_metadata: null,
      deletion_time: one.deletedAt ?? '',
      destroyed: false,
      version: one.version,
    };
    const data = { data: one.deletedAt ? null : one.fields, metadata };
    return { status: one.deletedAt ? 404 : 200, body: inEnvelope({ data }) };
  };
}
