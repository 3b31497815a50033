/**
 * Secrets are known by their shape and by the name they go under, not by a list of places: whatever is logged,
 * from wherever, passes here.
 */
export function withoutSecrets(fields: object): Record<string, unknown> {
  return clean(fields, 0);
}

/** Takes out of a text what looks like a secret: tokens, codes, credentials in addresses, queries, mail addresses. */
export function scrubbed(text: string): string {
  return SHAPES.reduce((clear, [shape, mark]) => clear.replace(shape, mark), text).replace(
    RANDOM_LOOKING,
    (word) => (isRandom(word) ? HIDDEN : word),
  );
}

const HIDDEN = '[hidden]';

const SHAPES: [RegExp, string][] = [
  [/\beyJ[\w-]+\.[\w-]*(\.[\w-]*)?/g, HIDDEN],
  [/\b(bearer|basic|dpop)\s+[\w.~+/=-]+/gi, `$1 ${HIDDEN}`],
  [/:\/\/[^\s/@]+@/g, `://${HIDDEN}@`],
  [/\?[\w.%[\]-]+=[^\s'")]*/g, `?${HIDDEN}`],
  [
    /\b(password|passwd|secret|token|code|cookie|verifier)(["']?\s*[=:]\s*["']?)[^\s"',;&]+/gi,
    `$1$2${HIDDEN}`,
  ],
  [/\$argon2\w*\$\S+/g, HIDDEN],
  [/[^\s"'<>]+@[^\s"'<>@/]+\.[a-z]{2,}/gi, '[address]'],
];

/** Long enough for a random value of 120 bits in base64. */
const RANDOM_LOOKING = /[\w-]{20,}={0,2}/g;
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Words of a stack trace are long too, but they hold no digits, or no capitals. */
function isRandom(word: string): boolean {
  if (UUID.test(word)) return false;
  if (/^[\da-f]{32,}$/i.test(word)) return true;
  return /\d/.test(word) && /[A-Z]/.test(word) && /[a-z]/.test(word);
}

const SECRET_NAMES =
  /password|passphrase|secret|token(?!_?type)|cookie|authorization|credential|^code$|verifier|assertion|private|^seal|seal$|^query|^body$|^params$|^headers$/i;

/** Identifiers that are looked for in a log; they open nothing. */
const IDENTIFIERS = new Set([
  'requestId',
  'traceId',
  'clientId',
  'accountId',
  'grantId',
  'kid',
  'keyId',
  'jobId',
]);

const MAX_DEPTH = 6;

function clean(fields: object, depth: number): Record<string, unknown> {
  const entries = Object.entries(fields).map(([name, value]): [string, unknown] => [
    name,
    IDENTIFIERS.has(name) ? value : cleanValue(name, value, depth),
  ]);
  return Object.fromEntries(entries);
}

function cleanValue(name: string, value: unknown, depth: number): unknown {
  if (typeof value === 'string') return SECRET_NAMES.test(name) ? HIDDEN : scrubbed(value);
  if (typeof value === 'bigint') return String(value);
  return typeof value === 'object' && value !== null ? cleanObject(name, value, depth) : value;
}

function cleanObject(name: string, value: object, depth: number): unknown {
  if (depth >= MAX_DEPTH || Buffer.isBuffer(value) || SECRET_NAMES.test(name)) return HIDDEN;
  if (value instanceof Date) return value;
  if (Array.isArray(value)) return value.map((one) => cleanValue(name, one, depth + 1));
  return isError(value) ? cleanError(value, depth) : clean(value, depth + 1);
}

/** Errors cross realms (workers, test runners), where instanceof says no. */
function isError(value: object): value is Error {
  return 'stack' in value && 'message' in value;
}

/** Of an error only what every error has: libraries hang requests and queries on theirs. */
function cleanError(error: Error, depth: number): Record<string, unknown> {
  const { code, status }: Record<string, unknown> = Object(error);
  return {
    type: error.name,
    message: scrubbed(error.message),
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof status === 'number' ? { status } : {}),
    stack: scrubbed(error.stack ?? ''),
    ...(error.cause === undefined ? {} : { cause: cleanValue('cause', error.cause, depth + 1) }),
  };
}
