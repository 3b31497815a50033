import { normalized, passwordFlaw } from '../../src/passwords/policy.ts';

it.each([
  ['1234567', 'too-short'],
  ['12345678', undefined],
  ['aaaaaaaa', undefined],
  ['        ', undefined],
  ['🗝🗝🗝🗝', 'too-short'],
  ['🗝'.repeat(8), undefined],
  ['🗝'.repeat(128), undefined],
  ['🗝'.repeat(129), 'too-long'],
  ['e\u0301'.repeat(7), 'too-short'],
  ['e\u0301'.repeat(128), undefined],
  ['x'.repeat(1_000_000), 'too-long'],
  ['12345678\0', 'unreadable'],
  ['12345678\ud800', 'unreadable'],
])('%j: %s', (password, flaw) => {
  expect(passwordFlaw(password)).toBe(flaw);
});

it('levels canonical equivalents and nothing else', () => {
  expect(normalized('e\u0301')).toBe('é');
  expect(normalized(' ﬁ ')).toBe(' ﬁ ');
});
