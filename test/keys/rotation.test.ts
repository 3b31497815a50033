import {
  type DatedKey,
  knownFrom,
  LEEWAY_S,
  standings,
  takesOverAt,
} from '../../src/keys/rotation.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const lifetimes = { jwksS: 10 * MINUTE, tokenS: HOUR, signingS: 90 * DAY };
const START = Date.UTC(2030, 0, 1);
const at = (seconds: number) => new Date(START + seconds * 1000);

const key = (kid: string, createdAt: number, signsFrom: number, revokedAt?: number): DatedKey => ({
  kid,
  createdAt: at(createdAt),
  signsFrom: at(signsFrom),
  ...(revokedAt !== undefined && { revokedAt: at(revokedAt) }),
});

/** "kid:state", with an exclamation mark where the key may sign. */
const seen = (keys: DatedKey[], seconds: number) =>
  standings(keys, lifetimes, at(seconds))
    .map((one) => `${one.key.kid}:${one.state}${one.maySign ? '!' : ''}`)
    .join(' ');

describe('two keys over time', () => {
  const keys = [key('b', 0, 90 * DAY), key('a', 0, 0)];
  const over = 90 * DAY;
  const retired = over + LEEWAY_S + HOUR + LEEWAY_S;

  it.each([
    [-1, 'a:next b:next'],
    [0, 'a:current! b:next'],
    [over - 1, 'a:current! b:next'],
    [over, 'a:retiring! b:current!'],
    [over + LEEWAY_S - 1, 'a:retiring! b:current!'],
    [over + LEEWAY_S, 'a:retiring b:current!'],
    [retired - 1, 'a:retiring b:current!'],
    [retired, 'a:retired b:current!'],
    [retired + 90 * DAY - 1, 'a:retired b:current!'],
    [retired + 90 * DAY, 'a:forgotten b:current!'],
    [1000 * DAY, 'a:forgotten b:current!'],
  ])('after %d s: %s', (seconds, expected) => {
    expect(seen(keys, seconds)).toBe(expected);
  });

  it('tell when they change next', () => {
    const until = (seconds: number) =>
      standings(keys, lifetimes, at(seconds)).map((one) => one.until.getTime());
    expect(until(0)[0]).toBe(at(over).getTime());
    expect(until(over)[0]).toBe(at(over + LEEWAY_S).getTime());
    expect(until(over + LEEWAY_S)[0]).toBe(at(retired).getTime());
  });
});

it('a key stays until the last token that it signed has expired, whatever comes after it', () => {
  const keys = [key('a', 0, 0), key('b', 0, 100), key('c', 0, 200)];
  expect(seen(keys, 250)).toBe('a:retiring b:retiring! c:current!');
  expect(seen(keys, 100 + HOUR + 2 * LEEWAY_S)).toBe('a:retired b:retiring c:current!');
});

describe('a revoked key', () => {
  it('is out at once, whatever it was', () => {
    const keys = [
      key('a', 0, 0, 500),
      key('b', 0, 100, 500),
      key('c', 0, 900, 500),
      key('d', 0, 500),
    ];
    expect(seen(keys, 501)).toBe('a:revoked b:revoked d:current! c:revoked');
  });

  it('that signed still took over from the one before it', () => {
    const keys = [key('a', 0, 0), key('b', 0, 100, 5000), key('c', 0, 5000)];
    expect(seen(keys, 100 + HOUR + 2 * LEEWAY_S)).toBe('a:retired b:revoked c:next');
  });

  it('that never signed took over from nobody', () => {
    const keys = [key('a', 0, 0), key('b', 0, 100, 50), key('c', 0, 5000)];
    expect(seen(keys, 4000)).toBe('a:current! b:revoked c:next');
  });

  it('is forgotten after 90 days', () => {
    const keys = [key('a', 0, 0, 0), key('b', 0, 0)];
    expect(seen(keys, 90 * DAY)).toBe('a:forgotten b:current!');
  });
});

it('at most one key is current, at any time', () => {
  const keys = Array.from({ length: 40 }, (_, i) => {
    const from = (i * 7919) % 1000;
    return key(`k${i}`, 0, from, i % 3 === 0 ? (i * 104_729) % 1500 : undefined);
  });
  const counts = Array.from({ length: 1600 }, (_, second) =>
    standings(keys, lifetimes, at(second)).filter(({ state }) => state === 'current'),
  ).map((current) => current.length);
  expect(Math.max(...counts)).toBe(1);
});

it('the next key never signs before every cached /jwks can hold it', () => {
  const current = key('a', 0, 0);
  expect(takesOverAt(current, lifetimes, at(0))).toEqual(at(90 * DAY));
  // Nobody rotated for years.
  const late = takesOverAt(current, lifetimes, at(900 * DAY));
  expect(late).toEqual(knownFrom(key('b', 900 * DAY, 0), lifetimes));
  expect(late.getTime()).toBeGreaterThan(at(900 * DAY + lifetimes.jwksS).getTime());
});
