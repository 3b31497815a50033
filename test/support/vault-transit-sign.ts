import { type KeyObject, constants, hash, privateEncrypt, sign } from 'node:crypto';
import { z } from 'zod';
import { rsaKey } from './rsa-keys.ts';
import { type VaultAnswer, inEnvelope, refusal } from './vault-answers.ts';

/** A transit key as Vault keeps it. */
export interface Policy {
  name: string;
  /** One that is made again after it was removed is another key. */
  life: number;
  type: string;
  exportable: boolean;
  allowPlaintextBackup: boolean;
  versions: Map<number, { privateKey: KeyObject; publicPem: string; made: Date }>;
  latest: number;
  minDecryption: number;
  minEncryption: number;
  minAvailable: number;
}

/** What no Vault does, and nobody may be hurt by. */
export type Misbehaviour = keyof typeof WAYS;

const request = z.object({
  input: z.string().default(''),
  key_version: z.number().int().default(0),
  hash_algorithm: z.string().transform((name) => name || 'sha2-256'),
  prehashed: z.boolean().default(false),
  signature_algorithm: z
    .string()
    .default('')
    .transform((name) => name || 'pss'),
  marshaling_algorithm: z.string().default('asn1'),
});

type SignRequest = z.infer<typeof request>;

interface Order {
  version: number;
  scheme: string;
  /** As Node.js calls it. */
  algorithm: string;
  digest: Buffer;
  marshaling: string;
  key: KeyObject | undefined;
}

/** path_sign_verify.go, pathSignWrite, and policy.go, SignWithOptions: in their order. */
export function signedBy(
  policy: Policy | undefined,
  body: Record<string, unknown>,
  misbehaviour: Misbehaviour | undefined,
): VaultAnswer {
  const asked = request.parse(body);
  if (!policy) return refusal(400, 'signing key not found');
  const version = asked.key_version || policy.latest;
  const fault = requestFault(asked, policy) ?? versionFault(policy, version) ?? schemeFault(asked);
  if (fault) return fault;
  const algorithm = HASHES[asked.hash_algorithm] ?? 'none';
  const digest = digestOf(asked, algorithm);
  // crypto/rsa: the digest has the length of its hash.
  if (digest.length !== LENGTHS[algorithm])
    return internal('crypto/rsa: input must be hashed message');
  const order = {
    version,
    scheme: asked.signature_algorithm,
    algorithm,
    digest,
    marshaling: asked.marshaling_algorithm,
    key: policy.versions.get(version)?.privateKey,
  };
  return misbehaviour ? WAYS[misbehaviour](order, policy) : signature(order);
}

function digestOf({ input, prehashed }: SignRequest, algorithm: string): Buffer {
  const given = Buffer.from(input, 'base64');
  return prehashed ? given : Buffer.from(hash(algorithm, given, 'hex'), 'hex');
}

function requestFault(asked: SignRequest, { type }: Policy): VaultAnswer | undefined {
  const { hash_algorithm: algorithm, marshaling_algorithm: marshaling, input } = asked;
  if (!HASHES[algorithm]) return refusal(400, `invalid hash algorithm "${algorithm}"`);
  if (!/^(asn1|jws)$/.test(marshaling)) {
    return refusal(400, `invalid marshaling type "${marshaling}"`);
  }
  if (!type.startsWith('rsa-')) return refusal(400, `key type ${type} does not support signing`);
  return BASE64.test(input)
    ? undefined
    : refusal(400, 'unable to decode input as base64: illegal base64 data at input byte 0');
}

/** Go's StdEncoding: padded, and never the URL's alphabet. */
const BASE64 = /^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function schemeFault({ signature_algorithm: scheme }: SignRequest): VaultAnswer | undefined {
  if (/^(pss|pkcs1v15)$/.test(scheme)) return undefined;
  return internal(`unsupported rsa signature algorithm ${scheme}`);
}

function versionFault(policy: Policy, version: number): VaultAnswer | undefined {
  const { latest, minEncryption, versions, minDecryption } = policy;
  const requested = 'requested version for signing is';
  if (version < 0) return internal(`${requested} negative`);
  if (version > latest) return internal(`${requested} higher than the latest key version`);
  if (minEncryption > 0 && version < minEncryption) {
    return internal(`${requested} less than the minimum encryption key version`);
  }
  // Versions below min_decryption_version are kept in the archive, out of reach (policy.go, handleArchiving).
  if (!versions.has(version) || version < minDecryption) return internal('no such key version');
  return undefined;
}

/**
 * path_sign_verify.go answers `nil, err` for one input: an error of the user's becomes a 500, in the words of
 * internal/vault/request_handling.go, where errors are gathered.
 */
const internal = (words: string) => refusal(500, `1 error occurred:\n\t* ${words}\n\n`);

type Way = (order: Order, policy: Policy) => VaultAnswer;

const otherVersion = ({ version }: Order, { latest }: Policy) => (version === 1 ? latest : 1);

const WAYS = {
  pss: (order) => signature({ ...order, scheme: 'pss' }),
  'standard base64': (order) => signature({ ...order, marshaling: 'asn1' }),
  'another version': (order, policy) => {
    const version = otherVersion(order, policy);
    return signature({ ...order, version, key: policy.versions.get(version)?.privateKey });
  },
  'another version under this one’s name': (order, policy) =>
    signature({ ...order, key: policy.versions.get(otherVersion(order, policy))?.privateKey }),
  'another key': (order) => signature({ ...order, key: rsaKey('a stranger’s', 2048).privateKey }),
  'other bytes': (order) => signature({ ...order, digest: Buffer.alloc(order.digest.length) }),
  'another hash': (order) => signature({ ...order, algorithm: 'sha1', digest: Buffer.alloc(20) }),
  'cut short': ({ version }) => data({ signature: `vault:v${version}:AAAA`, key_version: version }),
  'no prefix': ({ version }) => data({ signature: 'AAAA', key_version: version }),
  nothing: () => data({}),
} satisfies Record<string, Way>;

export const MISBEHAVIOURS = Object.keys(WAYS).filter((name): name is Misbehaviour => name in WAYS);

const HASHES: Record<string, string> = {
  sha1: 'sha1',
  'sha2-224': 'sha224',
  'sha2-256': 'sha256',
  'sha2-384': 'sha384',
  'sha2-512': 'sha512',
};
const LENGTHS: Record<string, number> = {
  sha1: 20,
  sha224: 28,
  sha256: 32,
  sha384: 48,
  sha512: 64,
};
/** RFC 8017 9.2, note 1. */
const DIGEST_INFO: Record<string, string> = {
  sha1: '3021300906052b0e03021a05000414',
  sha224: '302d300d06096086480165030402040500041c',
  sha256: '3031300d060960864801650304020105000420',
  sha384: '3041300d060960864801650304020205000430',
  sha512: '3051300d060960864801650304020305000440',
};

const data = (of: unknown): VaultAnswer => ({ status: 200, body: inEnvelope({ data: of }) });

function signature(order: Order): VaultAnswer {
  const { version, marshaling } = order;
  // policy.go: `jws` is base64url without padding, otherwise the standard form with it.
  const encoded = signDigest(order).toString(marshaling === 'jws' ? 'base64url' : 'base64');
  return data({ signature: `vault:v${version}:${encoded}`, key_version: version });
}

function signDigest({ key, scheme, algorithm, digest }: Order): Buffer {
  if (!key) throw new Error('There is no such version.');
  if (scheme === 'pkcs1v15') {
    const info = Buffer.from(DIGEST_INFO[algorithm] ?? '', 'hex');
    return privateEncrypt(
      { key, padding: constants.RSA_PKCS1_PADDING },
      Buffer.concat([info, digest]),
    );
  }
  // Node.js hashes by itself: no PSS signature of a digest can be had from it, and nobody here verifies one.
  return sign(algorithm, digest, { key, padding: constants.RSA_PKCS1_PSS_PADDING });
}
