import type { Kind } from '../finding.ts';

export const redisFindings = {
  'redis-unreachable': {
    severity: 'error',
    means: 'Redis does not answer.',
    why: 'While it is away nobody can sign in (503). Refresh, client credentials and /jwks go on.',
    fix: 'Start it, and check host and port of REDIS_URL and the firewall between.',
  },
  'redis-login': {
    severity: 'error',
    means: 'Redis answers, and lets us not in.',
    why: 'While it is away nobody can sign in (503).',
    fix: 'Correct user and password of REDIS_URL: redis://user:password@host.',
  },
  'redis-evicts': {
    severity: 'error',
    means: 'Redis forgets keys when it is full. In production the server does not start.',
    why: 'It would forget sessions, and marks of what was used once or tried too often: then it may be done again.',
    fix: 'Set maxmemory-policy noeviction: CONFIG SET maxmemory-policy noeviction, and the same in redis.conf.',
  },
  'redis-too-old': {
    severity: 'error',
    means: 'Redis is older than 6. In production the server does not start.',
    why: 'Its scripts need what later ones have, and it gets no repairs any more.',
    fix: 'Upgrade to Redis 7 or Valkey 8.',
  },
  'redis-read-only': {
    severity: 'error',
    means:
      'REDIS_URL leads to a replica, which takes no writes. In production the server does not start.',
    why: 'No sign-in can begin.',
    fix: 'Point REDIS_URL at the primary.',
  },
  'redis-full': {
    severity: 'warning',
    means: 'Redis has used most of its memory.',
    why: 'Once it is full, no sign-in can begin (503).',
    fix: 'Raise maxmemory, or see what else is kept in this Redis.',
  },
  'redis-write-fails': {
    severity: 'error',
    means: 'Redis cannot write to its disk.',
    why: 'It refuses writes until it can, and a restart loses everything since.',
    fix: 'Make room on its disk, and see its log for the reason.',
  },
  'redis-forgets-at-restart': {
    severity: 'note',
    means: 'Redis keeps nothing on disk.',
    why: 'A restart signs everybody out who comes by a browser, and costs nothing else.',
    fix: 'CONFIG SET appendonly yes, and the same in redis.conf; or leave it, if that is meant.',
  },
  'redis-unseen': {
    severity: 'warning',
    means: 'Redis does not tell how it is set up.',
    why: 'Whether it evicts cannot be seen. In production the server does not start on one that may.',
    fix: 'Let the user ask INFO: ACL SETUSER … +info.',
  },
  'redis-slow': {
    severity: 'warning',
    means: 'A round trip to Redis takes more than 5 ms.',
    why: 'A sign-in makes some dozens of them.',
    fix: 'Bring server and Redis closer together: one zone, no VPN between.',
  },
  'redis-in-clear': {
    severity: 'warning',
    means: 'The connection to Redis crosses a network without TLS.',
    why: 'Whoever is in between can read, and forge, what session cookies open.',
    fix: 'Use rediss:// in REDIS_URL, or keep Redis on a network of its own.',
  },
  'redis-open': {
    severity: 'warning',
    means: 'Redis asks for no password, and is not on this machine alone.',
    why: 'Whoever reaches it can end, or forge, sign-ins.',
    fix: 'Set a password (requirepass or ACL) and write it into REDIS_URL.',
  },
} as const satisfies Record<string, Kind>;
