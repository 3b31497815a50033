import { randomBytes, randomUUID } from 'node:crypto';
import {
  codeOf,
  isCodeOf,
  isLinkSecretOf,
  linkSecretOf,
  numberOf,
} from '../../src/proofs/secrets.ts';

const key = randomBytes(32);
const proof = () => ({
  id: randomUUID(),
  purpose: 'sign-up' as const,
  nonce: randomBytes(16).toString('base64url'),
});

it('every code has six digits and comes as often as the next', () => {
  const codes = Array.from({ length: 10_000 }, () => codeOf(key, proof()));
  expect(codes.every((code) => /^\d{6}$/.test(code))).toBe(true);
  // Each place has each digit; 9 degrees of freedom a place, 99 for the first two together. Beyond these once in 10^7.
  for (let place = 0; place < 6; place += 1) {
    expect(
      chiSquare(
        codes.map((code) => Number(code[place])),
        10,
      ),
    ).toBeLessThan(50);
  }
  expect(
    chiSquare(
      codes.map((code) => Number(code.slice(0, 2))),
      100,
    ),
  ).toBeLessThan(190);
  expect(codes.filter((code) => code.startsWith('0')).length).toBeGreaterThan(800);
});

function chiSquare(values: number[], kinds: number): number {
  const expected = values.length / kinds;
  const counts = Array.from({ length: kinds }, () => 0);
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

it('a code belongs to one purpose, one proof and one nonce', () => {
  const one = proof();
  const others = [
    { ...one, purpose: 'reset' as const },
    { ...one, id: randomUUID() },
    { ...one, nonce: 'another' },
  ];
  const code = codeOf(key, one);
  expect(codeOf(key, one)).toBe(code);
  expect(others.some((other) => linkSecretOf(key, other) === linkSecretOf(key, one))).toBe(false);
  expect(others.filter((other) => isCodeOf([key], other, code)).length).toBeLessThan(2);
});

it('after a change of the secret the codes and links on their way are still good', () => {
  const one = proof();
  const newer = [randomBytes(32), key];
  expect(isCodeOf(newer, one, codeOf(key, one))).toBe(true);
  expect(isLinkSecretOf(newer, one, linkSecretOf(key, one))).toBe(true);
  expect(isLinkSecretOf([newer[0] ?? key], one, linkSecretOf(key, one))).toBe(false);
});

it('code, link and number tell nothing of each other', () => {
  const one = proof();
  expect(linkSecretOf(key, one)).toMatch(/^[\w-]{43}$/);
  expect(numberOf(key, one)).toMatch(/^[1-9]\d$/);
  expect(numberOf(key, { ...one, nonce: 'another' })).toBe(numberOf(key, one));
});
