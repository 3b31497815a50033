import { hash } from 'node:crypto';
import { type Vault, VaultAway, VaultFault, type VaultRequest } from '../vault/vault.ts';
import type { Alarm } from './alarm.ts';
import { SignerAway } from './key-ring.ts';
import { type Signable, assertVerifies } from './signatures.ts';
import { type SigningGate, openSigningGate } from './signing-gate.ts';
import { NO_VERSIONS, type TransitVersions, signatureIn, versionsIn } from './transit-answers.ts';
import { type VaultQuestions, vaultQuestions } from './vault-questions.ts';

/**
 * Private halves that live in Vault's transit engine (or OpenBao's) and never leave it. Owns how versions are read, made
 * and asked for signatures; refuses to decide when keys change.
 */
export interface Transit {
  /** The key at mount/name; the same one at every call. */
  key(path: string): TransitKey;
  /** All that were asked for. */
  keys(): TransitKey[];
  close(): void;
}

export interface TransitKey {
  readonly path: string;
  /** As last read. */
  readonly versions: TransitVersions;
  /** None where there is no such key. */
  read(): Promise<TransitVersions>;
  /** RSA 2048, not exportable. No harm where it exists already. */
  create(): Promise<TransitVersions>;
  rotate(): Promise<TransitVersions>;
  /** Throws SignerAway, whatever the reason is: no signature leaves that was not verified. */
  sign(key: Signable, data: Uint8Array): Promise<Uint8Array>;
}

export interface TransitDeps {
  vault: Vault;
  /** Told why a signature could not be made, and that one was. */
  alarm: Alarm;
}

const AT_ONCE = 32;
const WAITING = 1024;
const SIGN_LIMIT_MS = 1000;
const READ_LIMIT_MS = 1000;
/** However often a version is asked for that is not there. */
const GLANCE_MS = 250;

export function openTransit(deps: TransitDeps): Transit {
  // A few connections more than signatures: reading must not wait behind them.
  const questions = vaultQuestions(deps.vault, AT_ONCE + 4);
  const gate = openSigningGate({
    atOnce: AT_ONCE,
    waiting: WAITING,
    limitMs: SIGN_LIMIT_MS,
    failures: 5,
    restMs: 500,
    isAway: (error) => error instanceof VaultAway,
  });
  const keys = new Map<string, TransitKey>();
  return {
    key(path) {
      const key = keys.get(path) ?? openTransitKey(path, { ...deps, questions, gate });
      keys.set(path, key);
      return key;
    },
    keys: () => [...keys.values()],
    close: () => questions.close(),
  };
}

interface Parts extends TransitDeps {
  questions: VaultQuestions;
  gate: SigningGate;
}

function openTransitKey(path: string, { vault, alarm, questions, gate }: Parts): TransitKey {
  const { mount, keyPath, signPath } = placesOf(path);
  let versions = NO_VERSIONS;

  async function read(): Promise<TransitVersions> {
    const signal = AbortSignal.timeout(READ_LIMIT_MS);
    const answer = await questions.ask({ method: 'GET', path: keyPath, signal }).catch(absent);
    versions = answer ? versionsIn(answer, path) : NO_VERSIONS;
    return versions;
  }

  async function write(request: Omit<VaultRequest, 'method'>): Promise<TransitVersions> {
    await vault.ask({ ...request, method: 'POST' });
    return read();
  }

  const glance = atMostEvery(GLANCE_MS, read);

  /** One that was made a moment ago may not have been heard of. */
  async function versionOf(kid: string): Promise<number> {
    const version = versions.byKid.get(kid) ?? (await glance()).byKid.get(kid);
    if (!version) throw new SignerAway(`Vault has no version of ${path} that is key ${kid}.`);
    if (version.maySign) return version.number;
    throw new SignerAway(`Vault may not use version ${version.number} of ${path} any more.`);
  }

  async function verified({ kid, publicKey }: Signable, data: Uint8Array): Promise<Uint8Array> {
    const version = await versionOf(kid);
    const body = signRequest(version, data);
    const answer = await gate.through((signal) =>
      questions.ask({ method: 'POST', path: signPath, body, signal }),
    );
    const signature = signatureIn(answer, version);
    assertVerifies({ kid, publicKey }, data, signature);
    return signature;
  }

  return {
    path,
    get versions() {
      return versions;
    },
    read,
    create: () => write({ path: keyPath, body: NEW_KEY }).catch((error) => explain(error, mount)),
    rotate: () => write({ path: `${keyPath}/rotate`, body: {} }),
    async sign(key, data) {
      try {
        const signature = await verified(key, data);
        alarm.well();
        return signature;
      } catch (error) {
        alarm.fault(error);
        throw error instanceof SignerAway ? error : new SignerAway(NO_SIGNATURE, { cause: error });
      }
    },
  };
}

/** Whoever comes too soon gets what was found last. */
function atMostEvery<T>(ms: number, work: () => Promise<T>): () => Promise<T> {
  let last: { at: number; found: Promise<T> } | undefined;
  return () => {
    if (!last || performance.now() - last.at > ms) last = { at: performance.now(), found: work() };
    return last.found;
  };
}

const NO_SIGNATURE = 'Vault gave no signature.';

const NEW_KEY = { type: 'rsa-2048', exportable: false, allow_plaintext_backup: false };

/**
 * The digest alone goes to Vault: what a token says about a person is nobody's business there. Vault would make PSS
 * signatures unless told otherwise; `jws` asks for base64url.
 */
function signRequest(version: number, data: Uint8Array): Record<string, unknown> {
  return {
    key_version: version,
    input: hash('sha256', data, 'base64'),
    prehashed: true,
    hash_algorithm: 'sha2-256',
    signature_algorithm: 'pkcs1v15',
    marshaling_algorithm: 'jws',
  };
}

function placesOf(path: string) {
  const at = path.lastIndexOf('/');
  const [mount, name] = [path.slice(0, at), path.slice(at + 1)];
  return { mount, keyPath: `${mount}/keys/${name}`, signPath: `${mount}/sign/${name}` };
}

function absent(error: unknown): undefined {
  if (!(error instanceof VaultFault) || error.status !== 404) throw error;
}

function explain(error: unknown, mount: string): never {
  if (!(error instanceof VaultFault) || error.status !== 404) throw error;
  const remedy = `Enable it (vault secrets enable -path=${mount} transit), or correct VAULT_TRANSIT_MOUNT.`;
  throw new VaultFault(`There is no transit engine at ${mount}. ${remedy}`, error);
}
