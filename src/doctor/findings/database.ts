import type { Kind } from '../finding.ts';

export const databaseFindings = {
  'database-unreachable': {
    severity: 'error',
    means: 'PostgreSQL does not answer.',
    why: 'Everything that lasts is kept there: nothing works without it.',
    fix: 'Start it, and check host and port of DATABASE_URL and the firewall between.',
  },
  'database-login': {
    severity: 'error',
    means: 'PostgreSQL answers, and lets us not in.',
    why: 'Everything that lasts is kept there: nothing works without it.',
    fix: 'Correct user, password and database of DATABASE_URL, or pg_hba.conf of the server.',
  },
  'database-certificate': {
    severity: 'error',
    means: 'The certificate of PostgreSQL is not valid, or is not trusted here.',
    why: 'Without that, somebody in between could read and change everything.',
    fix: 'Name the authority in DATABASE_URL: ?sslmode=verify-full&sslrootcert=/path/ca.pem.',
  },
  'database-missing': {
    severity: 'note',
    means: 'The embedded database is not made yet.',
    why: 'The first start makes it.',
    fix: 'Nothing is to be done.',
  },
  'database-too-old': {
    severity: 'error',
    means: 'PostgreSQL is older than 15. The server does not start.',
    why: 'The schema and its statements need what 15 brought, and older ones get no repairs any more.',
    fix: 'Upgrade PostgreSQL to 15 or later (18 is what we test most), or point DATABASE_URL at one.',
  },
  'database-read-only': {
    severity: 'error',
    means: 'The database takes no writes. The server does not start.',
    why: 'Every sign-in, token and audit event is written.',
    fix: 'Point DATABASE_URL at the primary. Where default_transaction_read_only was set: SET default_transaction_read_only = off; ALTER DATABASE … RESET default_transaction_read_only.',
  },
  'database-privileges': {
    severity: 'error',
    means: 'The role may not do what the server does.',
    why: 'Some requests and jobs fail, each at the table that it may not use.',
    fix: 'Let the role own its database and everything in it: ALTER DATABASE … OWNER TO …; REASSIGN OWNED BY … TO ….',
  },
  'database-superuser': {
    severity: 'warning',
    means: 'The role is a superuser.',
    why: 'Whoever gets hold of the server gets the whole database server with it, its files and programs too.',
    fix: 'Make a role that owns this one database: CREATE ROLE gatehouse LOGIN PASSWORD …; ALTER DATABASE … OWNER TO gatehouse.',
  },
  'database-migrations': {
    severity: 'error',
    means: 'Migrations are missing.',
    why: 'In production the server does not start on an old schema.',
    fix: 'Run `npx gatehouse migrate`.',
  },
  'database-migrations-edited': {
    severity: 'error',
    means: 'A migration was edited after it was applied.',
    why: 'Nobody knows which schema this is; nothing more is applied until that is mended.',
    fix: 'Restore its migration.sql from the release, and put the change into a new migration.',
  },
  'database-newer': {
    severity: 'note',
    means: 'A newer version of Gatehouse has been here.',
    why: 'This one works on its schema; it is the old half of an upgrade, or of one that was taken back.',
    fix: 'Finish the upgrade, or undo it with the newer version: `npx gatehouse migrate --down`.',
  },
  'database-slow': {
    severity: 'warning',
    means: 'A round trip to PostgreSQL takes more than 5 ms.',
    why: 'A sign-in makes some dozens of them, a refreshed token four.',
    fix: 'Bring server and database closer together: one zone, no VPN between.',
  },
  'database-connections': {
    severity: 'warning',
    means: 'The settings may ask for more connections than PostgreSQL gives.',
    why: 'When it is busy, connections are refused, and requests with them.',
    fix: 'Lower DATABASE_POOL or GATEHOUSE_WORKERS, or raise max_connections.',
  },
  'database-listen': {
    severity: 'error',
    means: 'What is announced (NOTIFY) is not heard.',
    why: 'Changes of clients, accounts and keys are heard of that way; unheard, caches ask the database each time. Poolers swallow it.',
    fix: 'Set DATABASE_LISTEN_URL to the database itself, around PgBouncer.',
  },
  'database-in-clear': {
    severity: 'warning',
    means: 'The connection to PostgreSQL crosses a network without checked TLS.',
    why: 'Whoever is in between reads and changes accounts and tokens.',
    fix: 'Add ?sslmode=verify-full to DATABASE_URL (and sslrootcert=/path/ca.pem for an authority of your own).',
  },
  'database-full': {
    severity: 'error',
    means: 'PostgreSQL has no room on its disk.',
    why: 'Nothing can be written: no sign-in, no token.',
    fix: 'Make room on its disk; what it must keep for a replica or an archive that is away is the usual reason.',
  },
  'database-forgetful': {
    severity: 'error',
    means: 'fsync or full_page_writes is off: PostgreSQL does not keep what it has acknowledged.',
    why: 'A power cut loses accounts and revocations, or the whole database.',
    fix: 'Set fsync = on and full_page_writes = on in postgresql.conf, and reload.',
  },
  'database-late-commits': {
    severity: 'warning',
    means: 'synchronous_commit is off.',
    why: 'A crash of PostgreSQL forgets the last moment: a used refresh token comes back to life, a revocation is lost.',
    fix: 'ALTER ROLE … SET synchronous_commit = on.',
  },
} as const satisfies Record<string, Kind>;
