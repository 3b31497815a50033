import { type Examined, type Finding, found } from './finding.ts';
import { type Reach, inClearOver } from './network.ts';

/** What one node of Redis says of itself; undefined where it does not. */
export interface RedisNode {
  version: string | undefined;
  /** "master", or "slave" for one that takes no writes. */
  role: string | undefined;
  policy: string | undefined;
  usedBytes: number;
  /** 0: as much as there is. */
  maxBytes: number;
  keepsOnDisk: boolean | undefined;
  writeFails: boolean;
  roundTripMs: number;
}

export interface RedisAway {
  away: 'unreachable' | 'login';
  why: string;
}

export interface RedisCircumstances {
  production: boolean;
  /** Over which network, where there is no TLS. */
  inClear: Reach | undefined;
  /** No password, and not on this machine. */
  open: boolean;
}

const OLDEST = 6;
const SLOW_MS = 5;
const FULL = 0.8;

/** What production does not start on. */
export function redisGroundFaults(nodes: readonly RedisNode[]): Finding[] {
  return onePerName(nodes.flatMap((node) => [...nodeGroundFaults(node)]));
}

export function judgeRedis(
  facts: readonly RedisNode[] | RedisAway,
  { production, inClear, open }: RedisCircumstances,
): Examined {
  const part = 'Redis';
  if ('away' in facts) {
    return {
      part,
      seen: true,
      told: 'cannot be used',
      findings: [found(`redis-${facts.away}`, facts.why)],
    };
  }
  const ground = redisGroundFaults(facts).map((finding) =>
    production || finding.severity !== 'error'
      ? finding
      : { ...finding, severity: 'warning' as const },
  );
  const findings = [...ground, ...onePerName(facts.flatMap((node) => [...nodeFaults(node)]))];
  if (inClear) findings.push(inClearOver(inClear, 'redis-in-clear', 'Redis'));
  if (open)
    findings.push(
      found('redis-open', 'Redis asks for no password, and is not on this machine alone.'),
    );
  return { part, seen: true, told: toldOf(facts), findings };
}

function toldOf(nodes: readonly RedisNode[]): string {
  const [first] = nodes;
  const policy = first?.policy ? `, ${first.policy}` : '';
  const slowest = Math.max(...nodes.map(({ roundTripMs }) => roundTripMs));
  const many = nodes.length > 1 ? `, ${nodes.length} primaries` : '';
  return `Redis ${first?.version ?? 'of unknown version'}${policy}${many}, ${slowest.toFixed(1)} ms a round trip`;
}

function* nodeGroundFaults({ version, role, policy }: RedisNode): Generator<Finding> {
  if (policy === undefined)
    yield found('redis-unseen', 'Redis does not tell its maxmemory-policy.');
  else if (policy !== 'noeviction') {
    yield found('redis-evicts', `This Redis forgets when it is full (maxmemory-policy ${policy}).`);
  }
  if (version !== undefined && Number.parseInt(version, 10) < OLDEST) {
    yield found('redis-too-old', `This is Redis ${version}.`);
  }
  if (role === 'slave')
    yield found('redis-read-only', 'This Redis is a replica, which takes no writes.');
}

function* nodeFaults(node: RedisNode): Generator<Finding> {
  const { usedBytes, maxBytes, writeFails, keepsOnDisk, roundTripMs } = node;
  if (maxBytes > 0 && usedBytes > FULL * maxBytes) {
    const share = Math.round((100 * usedBytes) / maxBytes);
    yield found(
      'redis-full',
      `Redis has used ${share} % of the ${megabytes(maxBytes)} that it may.`,
    );
  }
  if (writeFails) yield found('redis-write-fails', 'Its last attempt to write to its disk failed.');
  else if (keepsOnDisk === false) {
    yield found('redis-forgets-at-restart', 'Redis writes neither snapshots nor a log.');
  }
  if (roundTripMs > SLOW_MS) {
    yield found('redis-slow', `A round trip to Redis takes ${roundTripMs.toFixed(1)} ms.`);
  }
}

/** Of several nodes with the same fault the first speaks for all. */
function onePerName(findings: Finding[]): Finding[] {
  return [
    ...new Map(findings.toReversed().map((finding) => [finding.name, finding])).values(),
  ].toReversed();
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MB`;
}
