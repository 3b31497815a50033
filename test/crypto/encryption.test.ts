import { randomBytes } from 'node:crypto';
import { deriveKeys } from '../../src/crypto/derived-keys.ts';
import { digest } from '../../src/crypto/digest.ts';
import { openUnderToken, sealUnderToken } from '../../src/crypto/token-seal.ts';

const newSecret = () => randomBytes(32).toString('base64');
const plain = Buffer.from('the private half');

describe('a seal under GATEHOUSE_SECRET', () => {
  const [older, newer] = [newSecret(), newSecret()];
  const { encryption } = deriveKeys([newer, older]);

  it('opens for the purpose and in the context it was made for', () => {
    const sealed = encryption.seal('signing-key', plain, 'kid-1');
    expect(encryption.open('signing-key', sealed, 'kid-1')).toEqual(plain);
    expect(encryption.open('signing-key', sealed, 'kid-2')).toBeUndefined();
    expect(encryption.open('protocol-record', sealed, 'kid-1')).toBeUndefined();
  });

  it('does not open once any of its bytes was changed', () => {
    const sealed = encryption.seal('signing-key', plain);
    const opened = [...sealed.keys()].filter((at) => {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      return encryption.open('signing-key', changed) !== undefined;
    });
    expect(opened).toEqual([]);
  });

  it('does not open when it is cut short', () => {
    const sealed = encryption.seal('signing-key', plain);
    for (let length = 0; length < sealed.length; length += 1) {
      expect(encryption.open('signing-key', sealed.subarray(0, length))).toBeUndefined();
    }
  });

  it('shows neither its content nor that two contents are equal', () => {
    const [one, two] = [0, 1].map(() => encryption.seal('signing-key', plain));
    expect(one?.includes(plain)).toBe(false);
    expect(one?.subarray(9)).not.toEqual(two?.subarray(9));
  });

  it('made under an older secret still opens, and asks to be made anew', () => {
    const before = deriveKeys([older]).encryption.seal('signing-key', plain);
    expect(encryption.open('signing-key', before)).toEqual(plain);
    expect(encryption.needsReseal(before)).toBe(true);
    expect(encryption.needsReseal(encryption.seal('signing-key', plain))).toBe(false);
  });

  it('made under an unknown secret does not open', () => {
    const foreign = deriveKeys([newSecret()]).encryption.seal('signing-key', plain);
    expect(encryption.open('signing-key', foreign)).toBeUndefined();
    expect(encryption.needsReseal(foreign)).toBe(true);
  });
});

describe('keys derived from GATEHOUSE_SECRET', () => {
  it('are the same in every process and after every start', () => {
    const secrets = [newSecret(), newSecret()];
    const { encryption: one, ...keys } = deriveKeys(secrets);
    const { encryption: two, ...again } = deriveKeys(secrets);
    expect(keys).toEqual(again);
    expect(two.open('signing-key', one.seal('signing-key', plain))).toEqual(plain);
  });

  it('differ by purpose, and keep the order of the secrets', () => {
    const [older, newer] = [newSecret(), newSecret()];
    const keys = deriveKeys([newer, older]);
    expect(keys.cookieKeys).toEqual([
      ...deriveKeys([newer]).cookieKeys,
      ...deriveKeys([older]).cookieKeys,
    ]);
    expect(keys.demoServiceSecret).toBe(deriveKeys([newer]).demoServiceSecret);
    const all = [...keys.cookieKeys, ...keys.codeKeys.map(String), keys.demoServiceSecret];
    expect(new Set(all).size).toBe(5);
  });

  it('need a secret', () => {
    expect(() => deriveKeys([])).toThrow('GATEHOUSE_SECRET');
  });
});

describe('a seal under a token', () => {
  it('opens for its holder alone', () => {
    const sealed = sealUnderToken('a-long-random-token', plain);
    expect(openUnderToken('a-long-random-token', sealed)).toEqual(plain);
    expect(openUnderToken('another-token', sealed)).toBeUndefined();
    expect(openUnderToken('a-long-random-token', sealed.subarray(1))).toBeUndefined();
    expect(openUnderToken('a-long-random-token', Buffer.alloc(5))).toBeUndefined();
  });
});

it('a digest is SHA-256 in base64url', () => {
  expect(digest('abc')).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0');
});
