import { createHmac, timingSafeEqual } from 'node:crypto';
import type { AddressProof } from './proof.ts';

/**
 * Code, link and number of a proof: derived each time they are needed and kept nowhere, so that a mail which is sent
 * twice carries the same ones. Under each of the keys they are accepted; the newest makes.
 */
type Derived = Pick<AddressProof, 'purpose' | 'id' | 'nonce'>;

const DIGITS = 6;

/** Six digits, each number as likely as the next: 2^256 leaves a remainder that nobody can measure. */
export function codeOf(key: Buffer, proof: Derived): string {
  const number = BigInt(`0x${derive(key, 'code', proof).toString('hex')}`);
  return (number % 10n ** BigInt(DIGITS)).toString().padStart(DIGITS, '0');
}

export function linkSecretOf(key: Buffer, proof: Derived): string {
  return derive(key, 'link', proof).toString('base64url');
}

/** What stands in a mailed link. */
export function handleOf(key: Buffer, proof: Derived): string {
  return `${proof.id}.${linkSecretOf(key, proof)}`;
}

/** Two digits that the first tab shows: whoever has both the mail and this tab is one person. */
export function numberOf(key: Buffer, proof: Derived): string {
  const number = derive(key, 'number', { ...proof, nonce: '' }).readUInt32BE();
  return String(10 + (number % 90));
}

export function isCodeOf(keys: readonly Buffer[], proof: Derived, code: string): boolean {
  return anyIs(keys, code, (key) => codeOf(key, proof));
}

export function isLinkSecretOf(keys: readonly Buffer[], proof: Derived, secret: string): boolean {
  return anyIs(keys, secret, (key) => linkSecretOf(key, proof));
}

export function isNumberOf(keys: readonly Buffer[], proof: Derived, number: string): boolean {
  return anyIs(keys, number, (key) => numberOf(key, proof));
}

/** Every key is tried, whichever fits. */
function anyIs(keys: readonly Buffer[], given: string, right: (key: Buffer) => string): boolean {
  return keys.map((key) => same(given, right(key))).includes(true);
}

function same(given: string, right: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function derive(key: Buffer, what: string, { purpose, id, nonce }: Derived): Buffer {
  return createHmac('sha256', key).update([what, purpose, id, nonce].join('\0')).digest();
}
