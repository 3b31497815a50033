/**
 * Every figure that /metrics tells beside what Node tells of itself: this table is all there is, and docs/operating.md
 * shows it. Labels take words of our own alone (watching/watch.ts).
 */
interface Row {
  type: 'counter' | 'gauge' | 'histogram';
  help: string;
  labels: readonly string[];
  /** Told as 0 from the start, for the first label: who looks at the increase would miss the first one. */
  from0?: readonly string[];
  /** Upper bounds, in seconds. */
  buckets?: readonly number[];
  /** How the processes of one server are told as one. Else they are added up. */
  together?: 'max' | 'min' | 'first';
}

/** From a cached answer to one that somebody has given up on. */
const ANSWERS_S = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const STORES_S = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.25, 1];
const SIGNATURES_S = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.25, 1];
const HASHES_S = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2];
const MAILS_S = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const JOBS_S = [0.01, 0.05, 0.25, 1, 5, 30, 120, 600];

export const METRICS = {
  gatehouse_http_requests_total: {
    type: 'counter',
    help: 'Requests by route (its pattern), method and status; aborted: nobody waited for the answer.',
    labels: ['route', 'method', 'status'],
  },
  gatehouse_http_request_seconds: {
    type: 'histogram',
    help: 'From the head of a request to the last byte of its answer, by route.',
    labels: ['route'],
    buckets: ANSWERS_S,
  },
  gatehouse_http_requests_in_flight: {
    type: 'gauge',
    help: 'Requests that are being answered.',
    labels: [],
  },
  gatehouse_protocol_refusals_total: {
    type: 'counter',
    help: 'What the protocol refused, by endpoint and error code.',
    labels: ['endpoint', 'error'],
  },
  gatehouse_sign_ins_total: {
    type: 'counter',
    help: 'Sign-ins by result: signed-in; held-address, held-password (right, with something to do first); wrong-password, unknown-person, disabled, tries-spent.',
    labels: ['result'],
    from0: [
      'signed-in',
      'held-address',
      'held-password',
      'wrong-password',
      'unknown-person',
      'disabled',
      'tries-spent',
    ],
  },
  gatehouse_audit_events_total: {
    type: 'counter',
    help: 'Events of the audit trail by name, but tokens-issued.',
    labels: ['event'],
  },
  gatehouse_tokens_total: {
    type: 'counter',
    help: 'Answers of /token that hold tokens, by grant type; those that are given once more too.',
    labels: ['grant'],
    from0: ['authorization_code', 'refresh_token', 'client_credentials'],
  },
  gatehouse_refresh_rotations_total: {
    type: 'counter',
    help: 'Uses of refresh tokens: won (rotated), answered (a race or retry absorbed: the same answer again), answered-too-often, too-late, gone.',
    labels: ['outcome'],
    from0: ['won', 'answered', 'answered-too-often', 'too-late', 'gone'],
  },
  gatehouse_replays_stopped_total: {
    type: 'counter',
    help: 'Families of tokens that ended because an old one came back: refresh-token, authorization-code.',
    labels: ['what'],
    from0: ['refresh-token', 'authorization-code'],
  },
  gatehouse_budget_refusals_total: {
    type: 'counter',
    help: 'Who had to wait because a budget was spent, by budget (src/limits/budgets.ts).',
    labels: ['budget'],
  },
  gatehouse_mail_tries_total: {
    type: 'counter',
    help: 'Tries of mails: sent, postponed (tried again later), failed (for good), lapsed (not needed any more).',
    labels: ['outcome'],
    from0: ['sent', 'postponed', 'failed', 'lapsed'],
  },
  gatehouse_mail_delivery_seconds: {
    type: 'histogram',
    help: 'What a mail server takes for one mail, by its answer: accepted, not-now, refused.',
    labels: ['outcome'],
    buckets: MAILS_S,
  },
  gatehouse_mails: {
    type: 'gauge',
    help: 'Mails that are not out: waiting, failed (counted to 10,000).',
    labels: ['state'],
    together: 'max',
  },
  gatehouse_mail_oldest_seconds: {
    type: 'gauge',
    help: 'How long the mail that waits longest has been tried; 0: none waits.',
    labels: [],
    together: 'max',
  },
  gatehouse_job_runs_total: {
    type: 'counter',
    help: 'Jobs that this process did, by how they ended: done, failed (and tried again).',
    labels: ['job', 'outcome'],
  },
  gatehouse_job_seconds: {
    type: 'histogram',
    help: 'How long a job takes.',
    labels: ['job'],
    buckets: JOBS_S,
  },
  gatehouse_job_last_done_timestamp_seconds: {
    type: 'gauge',
    help: 'When this process last ended a job well.',
    labels: ['job'],
    together: 'max',
  },
  gatehouse_jobs: {
    type: 'gauge',
    help: 'Jobs in the queue: ready, deferred (for later), active, failed (for good). Up to two minutes old.',
    labels: ['job', 'state'],
    together: 'max',
  },
  gatehouse_postgres_connections: {
    type: 'gauge',
    help: 'Connections of the pool: busy, idle.',
    labels: ['state'],
  },
  gatehouse_postgres_connections_most: {
    type: 'gauge',
    help: 'How many the pool may open (DATABASE_POOL).',
    labels: [],
  },
  gatehouse_postgres_waiting: {
    type: 'gauge',
    help: 'Who waits for a connection of the pool.',
    labels: [],
  },
  gatehouse_store_seconds: {
    type: 'histogram',
    help: 'Calls of PostgreSQL and Redis, by verb or command; the wait for a connection is part of it.',
    labels: ['store', 'operation'],
    buckets: STORES_S,
  },
  gatehouse_store_errors_total: {
    type: 'counter',
    help: 'Calls that failed, by store and kind of error.',
    labels: ['store', 'error'],
  },
  gatehouse_hash_seconds: {
    type: 'histogram',
    help: 'Passwords hashed and verified, without the wait in line.',
    labels: ['operation'],
    buckets: HASHES_S,
  },
  gatehouse_hash_running: {
    type: 'gauge',
    help: 'Passwords in work.',
    labels: [],
  },
  gatehouse_hash_waiting: {
    type: 'gauge',
    help: 'Passwords in line.',
    labels: [],
  },
  gatehouse_hash_refused_total: {
    type: 'counter',
    help: 'Passwords that would have waited for more than two seconds: answered 503.',
    labels: [],
  },
  gatehouse_sign_seconds: {
    type: 'histogram',
    help: 'Signatures, each verified before it leaves.',
    labels: [],
    buckets: SIGNATURES_S,
  },
  gatehouse_sign_errors_total: {
    type: 'counter',
    help: 'Signatures that could not be made, by kind of error.',
    labels: ['error'],
  },
  gatehouse_signing_key_age_seconds: {
    type: 'gauge',
    help: 'Age of the youngest key by state: since it signs; of the next one, since it was made.',
    labels: ['state'],
    together: 'max',
  },
  gatehouse_signing_key_life_seconds: {
    type: 'gauge',
    help: 'How long a key signs (GATEHOUSE_TTL_SIGNING_KEY).',
    labels: [],
    together: 'max',
  },
  gatehouse_signing_keys: {
    type: 'gauge',
    help: 'Keys by state: next, current, retiring, retired, revoked.',
    labels: ['state'],
    together: 'max',
  },
  gatehouse_changes_heard: {
    type: 'gauge',
    help: '1: hears of changes as they are made; 0: caches ask the database each time.',
    labels: [],
    together: 'min',
  },
  gatehouse_part_up: {
    type: 'gauge',
    help: '1: this part answered within a second; 0: it did not. Parts: postgres, redis, signing-key.',
    labels: ['part'],
    together: 'min',
  },
  gatehouse_rows: {
    type: 'gauge',
    help: 'Rows by table, as PostgreSQL estimates them.',
    labels: ['table'],
    together: 'max',
  },
  gatehouse_open: {
    type: 'gauge',
    help: '1: the doors are open; 0: starting, or leaving.',
    labels: [],
    together: 'min',
  },
  gatehouse_info: {
    type: 'gauge',
    help: 'Always 1; version: what runs.',
    labels: ['version'],
    together: 'first',
  },
} as const satisfies Record<string, Row>;

export type MetricName = keyof typeof METRICS;

export const metricRows = Object.entries<Row>(METRICS).map(([name, row]) => ({ name, ...row }));
