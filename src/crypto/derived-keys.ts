import { hkdfSync } from 'node:crypto';
import { type Encryption, type SecretKeys, encryptionUnder } from './encryption.ts';

/**
 * Every key that follows from GATEHOUSE_SECRET. Owns how keys are derived; refuses to know what they protect.
 * Newest secret first: it makes, the older ones still open and verify.
 */
export interface Keys {
  encryption: Encryption;
  /** The library's `cookies.keys` and Koa's `app.keys`: the first signs, all verify. */
  cookieKeys: string[];
  /** For codes that people type: too short to be merely hashed. */
  codeKeys: Buffer[];
  /** Under which it is counted who tried what: by the newest secret alone, and anew when it changes. */
  counterKey: Buffer;
  /** From which follows what a browser is known by: only its hash is kept. */
  markKey: Buffer;
  /** The secret of the client `demo-service` in development. */
  demoServiceSecret: string;
}

/** Takes what GATEHOUSE_SECRET holds: base64, newest first. */
export function deriveKeys(secrets: readonly string[]): Keys {
  const [newest, ...older] = secrets.map(fromSecret);
  if (!newest) throw new Error('GATEHOUSE_SECRET holds no secret.');
  const all = [newest, ...older] as const;
  return {
    encryption: encryptionUnder([newest.sealing, ...older.map(({ sealing }) => sealing)]),
    cookieKeys: all.map(({ derive }) => derive('cookies').toString('base64url')),
    codeKeys: all.map(({ derive }) => derive('codes')),
    counterKey: newest.derive('counters'),
    markKey: newest.derive('marks'),
    demoServiceSecret: newest.derive('demo-service').toString('base64url'),
  };
}

function fromSecret(secret: string) {
  const material = Buffer.from(secret, 'base64');
  const derive = (purpose: string, length = 32) =>
    Buffer.from(hkdfSync('sha256', material, '', `gatehouse ${purpose}`, length));
  const sealing: SecretKeys = {
    id: derive('key id', 8),
    keyFor: (purpose) => derive(`seal ${purpose}`),
  };
  return { derive, sealing };
}
