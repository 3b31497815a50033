import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { heldWord } from '../../src/passwords/held-word.ts';
import { serviceNames } from '../../src/passwords/open-rules.ts';
import { normalized, passwordFlaw } from '../../src/passwords/policy.ts';

const asked: string[] = [];
const rules = {
  service: serviceNames('Gatehouse', 'https://auth.maplestreet.example'),
  async isBreached(password: string) {
    asked.push(password);
    return password === 'stolen from somewhere';
  },
};
const jane = {
  email: 'jane.doe+shop@orchard.mail.example',
  username: 'Évariste',
  givenName: 'Zoë-Marie',
  familyName: 'Li',
};

describe('its form', () => {
  it.each([
    ['1234567', 'too-short'],
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
    ['nothing but letters', undefined],
    ['жёлтый тополь', undefined],
  ])('%j: %s', async (password, flaw) => {
    expect(await passwordFlaw(rules, password, jane)).toBe(flaw);
  });
});

describe('what is tried first', () => {
  it.each([
    ['12345678', 'common'],
    ['password', 'common'],
    ['PassWord1', 'common'],
    ['11111111', 'common'],
    // Near the end of the ten thousand.
    ['slayer69', 'common'],
    ['password\n12345678', undefined],
    ['password, and more of it', undefined],
    ['stolen from somewhere', 'breached'],
  ])('%j: %s', async (password, flaw) => {
    expect(await passwordFlaw(rules, password, jane)).toBe(flaw);
  });

  it('asks for stolen ones last, and in their normal form', async () => {
    asked.length = 0;
    await passwordFlaw(rules, 'password', jane);
    await passwordFlaw(rules, 'jane.doe is here', jane);
    await passwordFlaw(rules, 'un cafe\u0301 noir', jane);
    expect(asked).toEqual(['un café noir']);
  });
});

const HELD: [string, string | undefined][] = [
  ['jane.doe+shop@orchard.mail.example', 'holds-address'],
  ['my JANE.DOE 2026', 'holds-address'],
  ['my jane doe 2026', 'holds-address'],
  ['J-a-n-e-D-o-e', 'holds-address'],
  ['apple ORCHARD wall', 'holds-address'],
  ['ｊａｎｅ．ｄｏｅ!!', 'holds-address'],
  // A label that many hosts have says nothing.
  ['the mail is late', undefined],
  ['evariste in winter', 'holds-name'],
  ['ZOE-MARIE!!', 'holds-name'],
  ['z.o.e.m.a.r.i.e', 'holds-name'],
  ['a list of lions', undefined],
  ['gatehouse2026', 'holds-service'],
  ['G4t3house gate house', 'holds-service'],
  ['behind Maplestreet', 'holds-service'],
  ['an author of example', undefined],
  ['nothing of that', undefined],
];

describe('what everybody who knows the person or the service would try', () => {
  it.each(HELD)('%j: %s', async (password, flaw) => {
    expect(await passwordFlaw(rules, password, jane)).toBe(flaw);
  });

  it('is nothing where nothing is known', () => {
    expect(heldWord('anything at all', {}, [])).toBeUndefined();
    expect(
      heldWord('anything at all', { email: '', username: '', givenName: '' }, ['']),
    ).toBeUndefined();
  });
});

describe('the hint of the page', () => {
  const script = join(import.meta.dirname, '../../views/static/password-strength.js');

  it.each(HELD)('says the same of %j: %s', async (password, flaw) => {
    const { strengthOf } = await import(pathToFileURL(script).href);
    const level = strengthOf(password, jane, rules.service);
    expect(flaw ? [flaw] : ['weak', 'fair', 'good', 'strong']).toContain(level);
  });

  it.each([
    ['1234567', 'too-short'],
    ['e\u0301'.repeat(7), 'too-short'],
    ['🗝'.repeat(129), 'too-long'],
    ['12345678', 'weak'],
    ['aaaaaaaaaaaaaaaaaaaaaaa', 'weak'],
    ['abababababababababab', 'weak'],
    ['abcdefghijklmnopqrst', 'weak'],
    ['blue fox', 'weak'],
    ['blue fox 7', 'fair'],
    ['two blue fox', 'good'],
    ['correct horse battery', 'strong'],
    ['жёлтый тополь у реки', 'strong'],
  ])('calls %j %s', async (password, level) => {
    const { strengthOf } = await import(pathToFileURL(script).href);
    expect(strengthOf(password, jane, rules.service)).toBe(level);
  });
});

it('levels canonical equivalents and nothing else', () => {
  expect(normalized('e\u0301')).toBe('é');
  expect(normalized(' ﬁ ')).toBe(' ﬁ ');
});
