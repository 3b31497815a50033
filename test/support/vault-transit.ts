import { rsaKey } from './rsa-keys.ts';
import { z } from 'zod';
import { type VaultAnswer, type VaultCall, inEnvelope, refusal } from './vault-answers.ts';
import { type Misbehaviour, type Policy, signedBy } from './vault-transit-sign.ts';

type Body = Record<string, unknown>;

/**
 * The transit engine of our own Vault, for RSA keys. Each behaviour is named after OpenBao's source
 * (internal/builtin/logical/transit: path_keys.go, path_keys_config.go, path_rotate.go, path_trim.go, path_sign_verify.go;
 * sdk/helper/keysutil/policy.go) and its documentation (website/content/docs/api/secret/transit.mdx), which Vault's own
 * page https://developer.hashicorp.com/vault/api-docs/secret/transit agrees with.
 */
export interface TransitEngine {
  (call: VaultCall): VaultAnswer;
  /** What an operator does beside us. */
  operate(path: string, body?: Record<string, unknown>): VaultAnswer;
  remove(name: string): void;
  /** From now on signatures are like this; `undefined`: as they should be. */
  misbehave(how: Misbehaviour | undefined): void;
  /** What was sent to be signed. */
  orders(): Body[];
}

export function transitEngine(): TransitEngine {
  const policies = new Map<string, Policy>();
  let misbehaviour: Misbehaviour | undefined;
  const orders: Body[] = [];
  let removals = 0;

  const acts: Record<string, (name: string, body: Body) => VaultAnswer> = {
    '': (name, body) => created(policies, name, body, removals),
    rotate: on('key not found', (policy) => rotated(policy)),
    config: on('no existing key of that name could be found', configured),
    trim: on('invalid key name', trimmed),
  };

  /** sdk/logical/error.go, ErrInvalidRequest. */
  function on(missing: string, work: (policy: Policy, body: Body) => VaultAnswer) {
    return (name: string, body: Body) => {
      const policy = policies.get(name);
      return policy ? work(policy, body) : refusal(400, missing);
    };
  }

  function answer({ method, path, body }: Pick<VaultCall, 'method' | 'path' | 'body'>) {
    const [room = '', name = '', act = ''] = path.split('/');
    const policy = policies.get(name);
    if (room === 'sign' && method !== 'GET') {
      orders.push(body);
      return signedBy(policy, { hash_algorithm: act, ...body }, misbehaviour);
    }
    const work = room === 'keys' ? acts[act] : undefined;
    if (!work) return refusal(404, '1 error occurred:\n\t* unsupported path\n\n');
    if (method === 'GET') return policy ? told(policy) : NOTHING;
    return work(name, body);
  }

  return Object.assign((call: VaultCall) => answer(call), {
    operate: (path: string, body = {}) => answer({ method: 'POST', path, body }),
    remove(name: string) {
      policies.delete(name);
      removals += 1;
    },
    misbehave: (how: Misbehaviour | undefined) => void (misbehaviour = how),
    orders: () => orders,
  });
}

/** sdk/logical/response_util.go: a reading that finds nothing is a 404 without words. */
const NOTHING = refusal(404);

const creation = z.object({
  type: z.string().default('aes256-gcm96'),
  exportable: z.boolean().default(false),
  allow_plaintext_backup: z.boolean().default(false),
});

/** path_keys.go, pathPolicyWrite: no harm to one that exists. */
function created(
  policies: Map<string, Policy>,
  name: string,
  body: Body,
  life: number,
): VaultAnswer {
  const { type, exportable, allow_plaintext_backup } = creation.parse(body);
  if (!/^(rsa-(2048|3072|4096)|aes256-gcm96)$/.test(type)) {
    return refusal(400, `unknown key type ${type}`);
  }
  const existing = policies.get(name);
  if (existing) return told(existing, [`key ${name} already existed`]);
  const policy: Policy = {
    name,
    life,
    type,
    exportable,
    allowPlaintextBackup: allow_plaintext_backup,
    versions: new Map(),
    latest: 0,
    minDecryption: 1,
    minEncryption: 0,
    minAvailable: 0,
  };
  policies.set(name, policy);
  return rotated(policy);
}

const data = (of: unknown, warnings?: string[]): VaultAnswer => ({
  status: 200,
  body: inEnvelope({ data: of, ...(warnings && { warnings }) }),
});

/** path_keys.go, formatKeyPolicy. */
function told(policy: Policy, warnings?: string[]): VaultAnswer {
  const { name, type, latest, versions, minDecryption, minEncryption, minAvailable } = policy;
  const rsa = type.startsWith('rsa-');
  const living = [...versions].filter(([number]) => number >= minDecryption);
  const keys = living.map(([number, { publicPem, made }]) => [
    String(number),
    rsa
      ? { name: type, public_key: publicPem, certificate_chain: '', creation_time: made }
      : Math.floor(made.getTime() / 1000),
  ]);
  return data(
    {
      name,
      type,
      derived: false,
      deletion_allowed: false,
      min_available_version: minAvailable,
      min_decryption_version: minDecryption,
      min_encryption_version: minEncryption,
      latest_version: latest,
      exportable: policy.exportable,
      allow_plaintext_backup: policy.allowPlaintextBackup,
      supports_encryption: true,
      supports_decryption: true,
      supports_signing: rsa,
      supports_derivation: !rsa,
      auto_rotate_period: 0,
      imported_key: false,
      soft_deleted: false,
      keys: Object.fromEntries(keys),
    },
    warnings,
  );
}

function rotated(policy: Policy): VaultAnswer {
  const bits = Number(/^rsa-(\d+)$/.exec(policy.type)?.[1] ?? 2048);
  policy.latest += 1;
  const { privateKey, publicPem } = rsaKey(`${policy.name} ${policy.life} ${policy.latest}`, bits);
  policy.versions.set(policy.latest, { privateKey, publicPem, made: new Date() });
  return told(policy);
}

/** path_keys_config.go: faults without an error of the request's own are a 400 too (response_util.go). */
function configured(policy: Policy, body: Record<string, unknown>): VaultAnswer {
  const decryption = Number(body['min_decryption_version'] ?? policy.minDecryption) || 1;
  const encryption = Number(body['min_encryption_version'] ?? policy.minEncryption);
  const above = `latest key version is ${policy.latest}`;
  if (decryption > policy.latest) {
    return refusal(400, `cannot set min decryption version of ${decryption}, ${above}`);
  }
  if (encryption > policy.latest) {
    return refusal(400, `cannot set min encryption version of ${encryption}, ${above}`);
  }
  if (encryption > 0 && encryption < decryption) {
    return refusal(
      400,
      `cannot set min encryption/decryption values; min encryption version of ${encryption} must be greater than or equal to min decryption version of ${decryption}`,
    );
  }
  policy.minDecryption = decryption;
  policy.minEncryption = encryption;
  policy.exportable ||= body['exportable'] === true;
  policy.allowPlaintextBackup ||= body['allow_plaintext_backup'] === true;
  return told(policy);
}

/** path_trim.go. */
function trimmed(policy: Policy, body: Record<string, unknown>): VaultAnswer {
  const to = Number(body['min_available_version'] ?? 0);
  if (to < policy.minAvailable) {
    return refusal(400, 'minimum available version cannot be decremented');
  }
  if (policy.minEncryption === 0) {
    return refusal(
      400,
      'minimum available version cannot be set when minimum encryption version is not set',
    );
  }
  if (to > policy.minEncryption || to > policy.minDecryption) {
    return refusal(
      400,
      'minimum available version cannot be greater than minimum decryption version',
    );
  }
  policy.minAvailable = to;
  for (const number of policy.versions.keys()) if (number < to) policy.versions.delete(number);
  return told(policy);
}
