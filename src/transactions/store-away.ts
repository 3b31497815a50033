/**
 * A store that cannot be reached now, or not in time. Whoever asked may ask again: pages and JSON endpoints
 * answer 503 with Retry-After. Knows the signs by which PostgreSQL, Prisma and Redis drivers tell it, none of their types.
 */
export class StoreAway extends Error {
  constructor(message = 'A store is away.', options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreAway';
  }
}

/** Network faults, and the codes under which Prisma passes them on. */
const CODES =
  /^(EPIPE|E(CONN(RESET|REFUSED|ABORTED)|TIMEDOUT|HOST(UNREACH|DOWN)|NET(UNREACH|DOWN)|NOTFOUND|AI_AGAIN)|P(1001|1002|1008|1017|2024|2028|2037|2039))$/;

/** SQLSTATE: connection lost, no resources (disk, memory, connections), going down, cut short, a standby, input or output. */
const SQLSTATES = /^(08...|53...|57P0[1-5]|57014|25006|25P03|58030)$/;

/** Drivers say these without a code. */
const MESSAGES = [
  /^Query read timeout/,
  /^timeout exceeded when trying to connect/,
  /^timeout expired/,
  /^Connection terminated/,
  /^Client has encountered a connection error/,
  /^Client was closed/,
  /^Cannot use a pool after calling end/,
  /^Connection is closed/,
  /^Stream isn't writeable/,
  /^Command timed out/,
  /^Socket timeout/,
  /^None of startup nodes/,
  /^All sentinels are unreachable/,
  /^Too many Cluster redirections/,
  /^Cluster is(n't ready| disconnect| ended)/,
  /^Node is disconnected/,
  /^Failed to refresh slots cache/,
];

const NAMES = new Set([
  'StoreAway',
  'VaultAway',
  'AbortError',
  'MaxRetriesPerRequestError',
  'ClusterAllFailedError',
]);

/** Redis is there and says that it cannot serve: loading, read only, without a master, full. */
const REDIS_REPLIES =
  /^(LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|NOREPLICAS|BUSY|OOM|MISCONF)\b/;

/** How many causes deep a driver's own error may stand. */
const DEPTH = 6;

export function isStoreAway(error: unknown): boolean {
  return [...causesOf(error)].some(isSign);
}

/** The error itself, and what each was caused by. */
export function* causesOf(error: unknown): Generator<Record<string, unknown>> {
  let next = error;
  for (let depth = 0; depth < DEPTH && isRecord(next); depth += 1) {
    yield next;
    next = innerError(next);
  }
}

function isSign(error: Record<string, unknown>): boolean {
  const name = text(error['name']);
  const message = text(error['message']);
  return (
    NAMES.has(name) ||
    [error['code'], error['originalCode']].some((code) => isCode(text(code))) ||
    isMissingSocket(error) ||
    MESSAGES.some((sign) => sign.test(message)) ||
    (name === 'ReplyError' && REDIS_REPLIES.test(message))
  );
}

function isCode(code: string): boolean {
  return CODES.test(code) || SQLSTATES.test(code);
}

/** ENOENT of a file is a bug; of a socket, it is a database that does not run. */
function isMissingSocket(error: Record<string, unknown>): boolean {
  if (error['code'] !== 'ENOENT') return false;
  return error['syscall'] === 'connect' || text(error['name']).startsWith('PrismaClient');
}

/** Prisma puts the driver's error under `meta.driverAdapterError`. */
function innerError(error: Record<string, unknown>): unknown {
  const { meta } = error;
  return error['cause'] ?? (isRecord(meta) ? meta['driverAdapterError'] : undefined);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
