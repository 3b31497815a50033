/**
 * Where Redis is: one node, a master that Sentinels know by its name, or a cluster. Several hosts make an address that
 * URL cannot read, so it is read here, for whoever checks it and for whoever goes there.
 */
export interface RedisAddress {
  kind: 'node' | 'sentinel' | 'cluster';
  tls: boolean;
  hosts: { host: string; port: number }[];
  username?: string;
  password?: string;
  database: number;
  /** What the Sentinels call the master. */
  master?: string;
  /** Where the Sentinels themselves want one. */
  sentinelPassword?: string;
}

export const REDIS_FORMS =
  'must be redis://host:6379, redis-sentinel://host:26379,host:26379/name or redis-cluster://host:6379,host:6379 (rediss… for TLS)';

/** A sentence where it is no address, without what stands in it: it may hold a password. */
export function readRedisAddress(text: string): RedisAddress | string {
  const several = text.split(/\s*,\s*(?=rediss?:\/\/)/);
  const [first = ''] = several;
  // Nodes of a cluster, each with its whole URL.
  const rest = several.slice(1).map((url) => url.replace(/^rediss?:\/\/([^@]*@)?/, ''));
  return several.length === 1
    ? readOne(text)
    : readOne([first.trim().replace('://', '-cluster://').replace(/\/$/, ''), ...rest].join(','));
}

const FORM =
  /^(?<scheme>rediss?)(?:-(?<kind>sentinel|cluster))?:\/\/(?:(?<who>[^/]*)@)?(?<hosts>[^/?#@]+)(?:\/(?<path>[^?#]*))?(?:\?(?<query>[^#]*))?$/;

function readOne(text: string): RedisAddress | string {
  const parts = FORM.exec(text.trim())?.groups;
  if (!parts) return REDIS_FORMS;
  const kind = kindOf(parts['kind']);
  const hosts = hostsIn(parts['hosts'] ?? '', kind === 'sentinel' ? 26_379 : 6379);
  if (!hosts) return 'names a host that is none; write host:port, several with commas';
  if (kind === 'node' && hosts.length > 1) return REDIS_FORMS;
  const place = placeIn(kind, parts['path'] ?? '');
  if (typeof place === 'string') return place;
  const tls = parts['scheme'] === 'rediss';
  return { kind, tls, hosts, ...place, ...credentials(parts['who'], parts['query']) };
}

function kindOf(word: string | undefined): RedisAddress['kind'] {
  return word === 'sentinel' || word === 'cluster' ? word : 'node';
}

function hostsIn(text: string, usualPort: number): RedisAddress['hosts'] | undefined {
  const hosts = text.split(',').map((one) => {
    const [, host = '', port] = /^(\[[\da-f:]+\]|[\w.-]+)(?::(\d{1,5}))?$/i.exec(one.trim()) ?? [];
    return { host: host.replaceAll(/[[\]]/g, ''), port: Number(port ?? usualPort) };
  });
  return hosts.every(({ host, port }) => host && port > 0 && port < 65_536) ? hosts : undefined;
}

/** /0 for a node, /name or /name/0 for Sentinels, nothing for a cluster. */
function placeIn(kind: RedisAddress['kind'], path: string) {
  const steps = path.split('/').filter(Boolean);
  const master = kind === 'sentinel' ? steps.shift() : undefined;
  const [number = '0', ...more] = steps;
  if (kind === 'sentinel' && !master) {
    return 'must end in the name that the Sentinels know the master by: redis-sentinel://host:26379,host:26379/name';
  }
  if (!/^\d{1,4}$/.test(number) || more.length > 0) return 'must end in the number of a database';
  if (kind === 'cluster' && number !== '0') return 'cannot name a database: a cluster has one';
  return { database: Number(number), ...(master && { master: decodeURIComponent(master) }) };
}

function credentials(who = '', query = '') {
  const [name = '', ...secret] = who.split(':');
  const [username, password] = [name, secret.join(':')].map(decoded);
  const sentinelPassword = new URLSearchParams(query).get('sentinelPassword');
  return {
    ...(username && { username }),
    ...(password && { password }),
    ...(sentinelPassword && { sentinelPassword }),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
