import { WrongPlace, expanded, referencesIn } from '../../src/settings/references.ts';

describe('a reference', () => {
  it.each([
    ['{vault:secret/app#password}', [{ path: 'secret/app', field: 'password' }]],
    ['{vault:team/kv/app/db#a b}', [{ path: 'team/kv/app/db', field: 'a b' }]],
    [
      'x{vault:a/b#c}y{vault:a/b#d}',
      [
        { path: 'a/b', field: 'c' },
        { path: 'a/b', field: 'd' },
      ],
    ],
    ['nothing', []],
  ])('stands in %s', (value, found) => {
    expect(referencesIn(value)).toEqual(found);
  });

  it.each([
    '{vault:secret/app}',
    '{vault:secret#password}',
    '{vault:/app#password}',
    '{vault:secret/../sys#x}',
    '{vault:secret//app#x}',
    '{vault:secret/app#}',
    '{vault:secret/app#x',
    '{vault:secret/app#{vault:a/b#c}}',
    '{vault:secret/app#x} and {vault:}',
  ])('is not %s', (value) => {
    expect(referencesIn(value)).toBeUndefined();
  });
});

const NASTY = `p@ss:w/o?r#d %{}"'`;
const inPlace = (value: string, found: string) => expanded(value, () => found);

describe('what was found', () => {
  it('stands alone as it is', () => {
    expect(inPlace('{vault:a/b#c}', NASTY)).toBe(NASTY);
    expect(inPlace('{vault:a/b#c}', 'postgres://a:b@c/d?x=1')).toBe('postgres://a:b@c/d?x=1');
  });

  it('is percent-encoded within an address', () => {
    const url = new URL(inPlace('postgres://{vault:a/b#c}:{vault:a/b#d}@db/{vault:a/b#e}', NASTY));
    expect(url.host).toBe('db');
    for (const part of [url.username, url.password, url.pathname.slice(1)]) {
      expect(decodeURIComponent(part)).toBe(NASTY);
    }
    const query = new URL(inPlace('postgres://db/a?options={vault:a/b#c}&x=1', NASTY));
    expect(query.searchParams.get('options')).toBe(NASTY);
  });

  it.each(['db.example.com', '10.0.0.7', '[::1]', 'db.example.com:5433', '5433'])(
    'is a host as it is: %s',
    (host) => {
      expect(inPlace('postgres://u:p@{vault:a/b#host}/d', host)).toBe(`postgres://u:p@${host}/d`);
      expect(inPlace('redis://{vault:a/b#host}', host)).toBe(`redis://${host}`);
    },
  );

  it('is no host when it would be more than one', () => {
    for (const more of ['evil.example.com/x', 'a@b', 'a b', 'a,b', 'db:5432:1', '']) {
      expect(() => inPlace('postgres://u:p@{vault:a/b#host}/d', more)).toThrow(WrongPlace);
    }
  });

  it('finds its place in each address of a list', () => {
    expect(inPlace('redis://:{vault:a/b#c}@one:6379,redis://:{vault:a/b#c}@two:6379', 'a@b')).toBe(
      'redis://:a%40b@one:6379,redis://:a%40b@two:6379',
    );
  });

  it('finds its place among the hosts of one address', () => {
    const three = 'redis-sentinel://:{vault:a/b#c}@one:26379,{vault:a/b#d}:26379/main';
    expect(expanded(three, ({ field }) => (field === 'c' ? 'a,b/c' : 'two'))).toBe(
      'redis-sentinel://:a%2Cb%2Fc@one:26379,two:26379/main',
    );
    expect(() => expanded(three, () => 'two/x')).toThrow(WrongPlace);
  });

  it('is escaped within JSON', () => {
    expect(JSON.parse(inPlace('{"a":"{vault:a/b#c}"}', NASTY))).toEqual({ a: NASTY });
  });

  it('is not looked at again', () => {
    const again = '{vault:other/path#field}';
    expect(inPlace('{vault:a/b#c}', again)).toBe(again);
    expect(inPlace('x {vault:a/b#c}', '$&$1')).toBe('x $&$1');
  });
});
