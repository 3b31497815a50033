import { parseEmailAddress } from '../../src/accounts/email-address.ts';

const canonical = (text: string) => parseEmailAddress(text)?.canonical;

it.each([
  ['you@example.com', 'you@example.com'],
  ['You@Example.COM', 'you@example.com'],
  ['  you@example.com ', 'you@example.com'],
  ['first.last+tag@example.com', 'first.last+tag@example.com'],
  ["o'brien!#$%&*=?^_`{|}~-/@example.com", "o'brien!#$%&*=?^_`{|}~-/@example.com"],
  ['you@sub.example.co.uk', 'you@sub.example.co.uk'],
  ['you@b\u00fccher.de', 'you@xn--bcher-kva.de'],
  ['you@bu\u0308cher.de', 'you@xn--bcher-kva.de'],
  ['you@B\u00dcCHER.de', 'you@xn--bcher-kva.de'],
  ['you@xn--bcher-kva.de', 'you@xn--bcher-kva.de'],
  ['you@XN--BCHER-KVA.de', 'you@xn--bcher-kva.de'],
  ['you@straße.de', 'you@xn--strae-oqa.de'],
  ['Élodie@example.fr', 'élodie@example.fr'],
  ['E\u0301lodie@example.fr', 'élodie@example.fr'],
  ['Иван@пример.рф', 'иван@xn--e1afmkfd.xn--p1ai'],
  ['田中さん@例え.jp', '田中さん@xn--r8jz45g.jp'],
  [`${'a'.repeat(64)}@example.com`, `${'a'.repeat(64)}@example.com`],
])('%j is the mailbox %j', (typed, expected) => {
  expect(canonical(typed)).toBe(expected);
});

it('keeps what was typed, without the spaces around it', () => {
  expect(parseEmailAddress(' You@Example.com ')?.asTyped).toBe('You@Example.com');
});

it.each([
  '',
  'you',
  '@example.com',
  'you@',
  'you@@example.com',
  'a@evil.example@example.com',
  'you@localhost',
  'you@[127.0.0.1]',
  'you@127.0.0.1',
  'you@127.1',
  'you@example.123',
  'you@-example.com',
  'you@example-.com',
  'you@exa_mple.com',
  'you@example..com',
  'you@.example.com',
  'you@example.com.',
  'you@exa mple.com',
  'you@example.com/x',
  'you@example.com:25',
  'you@ex%61mple.com',
  '.you@example.com',
  'you.@example.com',
  'y..ou@example.com',
  'y ou@example.com',
  '"you"@example.com',
  '"a@evil.example,"@example.com',
  '<you@example.com>',
  'You <you@example.com>',
  'you@example.com, x@evil.example',
  'you(comment)@example.com',
  'you;x@example.com',
  'you:x@example.com',
  'you\\x@example.com',
  'you@example.com\r\nBcc: x@evil.example',
  'you\r\n@example.com',
  'you\0@example.com',
  'you@exam\0ple.com',
  'you@example.com%0aTo:',
  'you\u007f@example.com',
  'you\u200b@example.com',
  'you\u202e@example.com',
  'you\ufe0f@example.com',
  'you\ud800@example.com',
  'you@exam\u00adple.com',
  'you@exam\u200bple.com',
  'you@example。com',
  '😀@example.com',
  `${'a'.repeat(65)}@example.com`,
  `${'é'.repeat(33)}@example.com`,
  `you@${'a'.repeat(64)}.com`,
  `a@${'a.'.repeat(126)}com`,
  'x'.repeat(1_000_000),
])('%j is no address', (typed) => {
  expect(parseEmailAddress(typed)).toBeUndefined();
});

describe('look-alikes never become the address that they look like', () => {
  it.each([
    ['a Cyrillic letter among Latin ones', 'аdmin@example.com'],
    ['a Greek letter among Latin ones', 'αdmin@example.com'],
    ['the Kelvin sign, which lower case turns into k', '\u212aate@example.com'],
    ['the dotted capital I', '\u0130van@example.com'],
    ['a full-width domain', 'you@ｅxample.com'],
    ['a full-width @', 'you＠example.com'],
    ['letters in circles', 'ⓐdmin@example.com'],
  ])('refused: %s', (_what, typed) => {
    expect(canonical(typed)).toBeUndefined();
  });

  it.each([
    ['full-width letters', 'ａdmin@example.com'],
    ['the long s', 'ſam@example.com'],
    ['a ligature', 'ﬁn@example.com'],
    ['dotless i', 'ıvan@example.com'],
    ['all Cyrillic', 'сосо@example.com'],
    ['a Cyrillic host', 'you@аррӏе.com'],
  ])('another mailbox: %s', (_what, typed) => {
    const local = canonical(typed);
    expect(local).toMatch(/[^\0-\x7f].*@|@xn--/);
  });

  it('no character outside ASCII turns into an ASCII one', () => {
    const turned: string[] = [];
    for (let code = 0x80; code < 0x30000; code += 1) {
      if (code >= 0xd800 && code < 0xe000) continue;
      const found = canonical(`x${String.fromCodePoint(code)}x@example.com`)?.split('@')[0] ?? '';
      if (/^[\0-\x7f]+$/.test(found)) turned.push(code.toString(16));
    }
    expect(turned).toEqual([]);
  });

  it('the canonical form is its own canonical form', () => {
    const unstable: string[] = [];
    for (let code = 0x21; code < 0x30000; code += 1) {
      if (code >= 0xd800 && code < 0xe000) continue;
      const found = canonical(`${String.fromCodePoint(code)}@example.com`);
      if (found !== undefined && canonical(found) !== found) unstable.push(code.toString(16));
    }
    expect(unstable).toEqual([]);
  });
});
