import { type Examined, type Finding, found } from './finding.ts';

/** A secret of the settings, under the variable that holds it. It is judged here, and stands in no finding. */
export interface HeldSecret {
  variable: string;
  value: string;
}

export interface SecretsHeld {
  /** GATEHOUSE_SECRET, newest first, in base64. */
  secrets: readonly string[];
  /** Passwords that strangers could try at a port. */
  passwords: readonly HeldSecret[];
  isCommon: (password: string) => Promise<boolean>;
}

const SHORTEST_PASSWORD = 12;

export async function judgeSecrets({
  secrets,
  passwords,
  isCommon,
}: SecretsHeld): Promise<Examined> {
  const findings: Finding[] = [];
  for (const [at, secret] of secrets.entries()) {
    const why = whyNotRandom(secret);
    if (why) findings.push(found('secret-weak', `${nth(at)} GATEHOUSE_SECRET ${why}.`));
  }
  for (const { variable, value } of passwords) {
    const why = await whyWeak(value, isCommon);
    if (why) findings.push(found('password-weak', `The password in ${variable} ${why}.`));
  }
  findings.push(...reused(passwords));
  const many = secrets.length > 1 ? `${secrets.length} secrets` : '1 secret';
  const given = secrets.length > 0 ? many : 'no secret made yet';
  const told = passwords.length > 0 ? `${given}, passwords in ${listed(passwords)}` : given;
  return { part: 'Secrets', seen: secrets.length > 0, told, findings };
}

const listed = (passwords: readonly HeldSecret[]) =>
  [...new Set(passwords.map(({ variable }) => variable))].join(', ');

const nth = (at: number) => (at === 0 ? 'The newest' : `The one at place ${at + 1} of`);

/**
 * By chance hardly one secret in 10^9 looks like this: what people make up does. Hexadecimal digits are random too, for
 * all that they hold small letters alone.
 */
function whyNotRandom(secret: string): string | undefined {
  const bytes = Buffer.from(secret, 'base64');
  if (bytes.every((byte) => byte >= 0x20 && byte < 0x7f)) return 'is a text, not random bytes';
  if (new Set(bytes).size < 20) return 'repeats itself';
  const mixed = /[a-z]/.test(secret) && /[A-Z]/.test(secret);
  if (!mixed && !/^[\da-f]+$/i.test(secret)) return 'is a text, not random bytes';
  return bytes.every(isNext) ? 'only counts up' : undefined;
}

function isNext(byte: number, at: number, bytes: Uint8Array): boolean {
  return at === 0 || byte === ((bytes[at - 1] ?? 0) + 1) % 256;
}

async function whyWeak(
  password: string,
  isCommon: SecretsHeld['isCommon'],
): Promise<string | undefined> {
  if (await isCommon(password)) return 'is one of the most common ones';
  const { length } = password;
  if (length < SHORTEST_PASSWORD)
    return `has ${length} characters; ${SHORTEST_PASSWORD} are the least`;
  return new Set(password).size < 5 ? 'repeats itself' : undefined;
}

/** DATABASE_LISTEN_URL is another way to the same place. */
const SAME_PLACE = ['DATABASE_URL', 'DATABASE_LISTEN_URL'];

function* reused(passwords: readonly HeldSecret[]): Generator<Finding> {
  for (const [at, one] of passwords.entries()) {
    for (const other of passwords.slice(at + 1)) {
      const samePlace = [one, other].every(({ variable }) => SAME_PLACE.includes(variable));
      if (one.value === other.value && !samePlace) {
        yield found(
          'secret-reused',
          `${one.variable} and ${other.variable} hold the same password.`,
        );
      }
    }
  }
}
