import { readDigits } from '../../src/proofs/read-digits.ts';

it.each([
  ['as it is', '012345'],
  ['with a space, as mails show it', '012 345'],
  ['with spaces around, as it is pasted', ' 012345\n'],
  ['with hyphens of all kinds', '01-23–45'],
  ['with spaces that do not break, and marks that nobody sees', '\u200f012\u00a0345\u200e'],
  ['in Arabic digits', '٠١٢٣٤٥'],
  ['in Persian digits', '۰۱۲۳۴۵'],
  ['in Devanagari digits', '०१२३४५'],
  ['in wide digits', '０１２３４５'],
  ['in mathematical digits, whose rows touch', '𝟎𝟙𝟸𝟛𝟰𝟓'],
])('reads a code %s', (_how, typed) => {
  expect(readDigits(typed, 6)).toBe('012345');
});

it.each(['', '12345', '1234567', '12345a', '12345½', '½½½½½½', '一二三四五六', '1'.repeat(100)])(
  'takes %p for no code',
  (typed) => {
    expect(readDigits(typed, 6)).toBeUndefined();
  },
);

it('reads every decimal digit that Unicode has', () => {
  const wrong: string[] = [];
  let digits = 0;
  for (let point = 0; point <= 0x10ffff; point += 1) {
    const character = String.fromCodePoint(point);
    if (!/^\p{Nd}$/u.test(character)) continue;
    if (readDigits(character, 1) !== String(digits % 10)) wrong.push(character);
    digits += 1;
  }
  expect(digits).toBeGreaterThan(600);
  expect(wrong).toEqual([]);
});
