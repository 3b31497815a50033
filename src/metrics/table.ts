/**
 * Every figure that /metrics tells beside what Node tells of itself: this table is all there is, and docs/operating.md
 * shows it. Labels take words of our own alone (watching/watch.ts); `job` and `instance` are Prometheus' own.
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

const counter = rowOf('counter');
const gauge = rowOf('gauge');
const histogram = rowOf('histogram');

export const METRICS = {
  gatehouse_http_requests_total: counter(
    ['route', 'method', 'status'],
    'Requests by route (its pattern), method and status; aborted: nobody waited for the answer.',
  ),
  gatehouse_http_request_seconds: histogram(
    ['route'],
    'From the head of a request to the last byte of its answer, by route.',
    { buckets: ANSWERS_S },
  ),
  gatehouse_http_requests_in_flight: gauge([], 'Requests that are being answered.'),
  gatehouse_crowd: gauge(
    ['class', 'state'],
    'Requests by class (password, token, inquiry, page, rest): inside (worked on), waiting.',
  ),
  gatehouse_crowd_refused_total: counter(
    ['class'],
    'Requests that would have waited too long in the line of their class: answered 503.',
    { from0: ['password', 'token', 'inquiry', 'page', 'rest'] },
  ),
  gatehouse_protocol_refusals_total: counter(
    ['endpoint', 'error'],
    'What the protocol refused, by endpoint and error code.',
  ),
  gatehouse_sign_ins_total: counter(
    ['result'],
    'Sign-ins by result: signed-in; held-address, held-password (right, with something to do first); wrong-password, unknown-person, disabled, tries-spent.',
    {
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
  ),
  gatehouse_audit_events_total: counter(
    ['event'],
    'Events of the audit trail by name, but tokens-issued.',
  ),
  gatehouse_tokens_total: counter(
    ['grant'],
    'Answers of /token that hold tokens, by grant type; those that are given once more too.',
    { from0: ['authorization_code', 'refresh_token', 'client_credentials'] },
  ),
  gatehouse_refresh_rotations_total: counter(
    ['outcome'],
    'Uses of refresh tokens: won (rotated), answered (a race or retry absorbed: the same answer again), answered-too-often, too-late, gone.',
    { from0: ['won', 'answered', 'answered-too-often', 'too-late', 'gone'] },
  ),
  gatehouse_replays_stopped_total: counter(
    ['what'],
    'Families of tokens that ended because an old one came back: refresh-token, authorization-code.',
    { from0: ['refresh-token', 'authorization-code'] },
  ),
  gatehouse_budget_refusals_total: counter(
    ['budget'],
    'Who had to wait because a budget was spent, by budget (src/limits/budgets.ts).',
  ),
  gatehouse_mail_tries_total: counter(
    ['outcome'],
    'Tries of mails: sent, postponed (tried again later), failed (for good), lapsed (not needed any more).',
    { from0: ['sent', 'postponed', 'failed', 'lapsed'] },
  ),
  gatehouse_mail_delivery_seconds: histogram(
    ['outcome'],
    'What a mail server takes for one mail, by its answer: accepted, not-now, refused.',
    { buckets: MAILS_S },
  ),
  gatehouse_mails: gauge(
    ['state'],
    'Mails that are not out: waiting, failed (counted to 10,000).',
    { together: 'max' },
  ),
  gatehouse_mail_oldest_seconds: gauge(
    [],
    'How long the mail that waits longest has been tried; 0: none waits.',
    { together: 'max' },
  ),
  gatehouse_logout_notice_tries_total: counter(
    ['outcome'],
    'Tries to tell an application that a session has ended: told, postponed (tried again later), failed (for good).',
    { from0: ['told', 'postponed', 'failed'] },
  ),
  gatehouse_logout_notices: gauge(
    ['state'],
    'Applications that are not told yet: waiting, failed (counted to 10,000).',
    { together: 'max' },
  ),
  gatehouse_logout_notice_oldest_seconds: gauge(
    [],
    'How long the application that waits longest has not been told; 0: none waits.',
    { together: 'max' },
  ),
  gatehouse_job_runs_total: counter(
    ['task', 'outcome'],
    'Jobs that this process did, by how they ended: done, failed (and tried again).',
  ),
  gatehouse_job_seconds: histogram(['task'], 'How long a job takes.', { buckets: JOBS_S }),
  gatehouse_job_last_done_timestamp_seconds: gauge(
    ['task'],
    'When this process last ended a job well.',
    { together: 'max' },
  ),
  gatehouse_jobs: gauge(
    ['task', 'state'],
    'Jobs in the queue: ready, deferred (for later), active, failed (for good). Up to two minutes old.',
    { together: 'max' },
  ),
  gatehouse_postgres_connections: gauge(['state'], 'Connections of the pool: busy, idle.'),
  gatehouse_postgres_connections_most: gauge([], 'How many the pool may open (DATABASE_POOL).'),
  gatehouse_postgres_waiting: gauge([], 'Who waits for a connection of the pool.'),
  gatehouse_store_seconds: histogram(
    ['store', 'operation'],
    'Calls of PostgreSQL and Redis, by verb or command; the wait for a connection is part of it.',
    { buckets: STORES_S },
  ),
  gatehouse_store_errors_total: counter(
    ['store', 'error'],
    'Calls that failed, by store and kind of error.',
  ),
  gatehouse_hash_seconds: histogram(
    ['operation'],
    'Passwords hashed and verified, without the wait in line.',
    { buckets: HASHES_S },
  ),
  gatehouse_hash_running: gauge([], 'Passwords in work.'),
  gatehouse_hash_waiting: gauge([], 'Passwords in line.'),
  gatehouse_hash_refused_total: counter(
    [],
    'Passwords that would have waited for more than two seconds: answered 503.',
  ),
  gatehouse_sign_seconds: histogram([], 'Signatures, each verified before it leaves.', {
    buckets: SIGNATURES_S,
  }),
  gatehouse_sign_errors_total: counter(
    ['error'],
    'Signatures that could not be made, by kind of error.',
  ),
  gatehouse_signing_key_age_seconds: gauge(
    ['state'],
    'Age of the youngest key by state: since it signs; of the next one, since it was made.',
    { together: 'max' },
  ),
  gatehouse_signing_key_life_seconds: gauge(
    [],
    'How long a key signs (GATEHOUSE_TTL_SIGNING_KEY).',
    { together: 'max' },
  ),
  gatehouse_signing_keys: gauge(
    ['state'],
    'Keys by state: next, current, retiring, retired, revoked.',
    { together: 'max' },
  ),
  gatehouse_changes_heard: gauge(
    [],
    '1: hears of changes as they are made; 0: caches ask the database each time.',
    { together: 'min' },
  ),
  gatehouse_part_up: gauge(
    ['part'],
    '1: this part answered within a second; 0: it did not. Parts: postgres, redis, signing-key.',
    { together: 'min' },
  ),
  gatehouse_rows: gauge(['table'], 'Rows by table, as PostgreSQL estimates them.', {
    together: 'max',
  }),
  gatehouse_open: gauge([], '1: the doors are open; 0: starting, or leaving.', { together: 'min' }),
  gatehouse_info: gauge(['version'], 'Always 1; version: what runs.', { together: 'first' }),
};

export type MetricName = keyof typeof METRICS;

function rowOf(type: Row['type']) {
  return (
    labels: readonly string[],
    help: string,
    more: Omit<Row, 'type' | 'labels' | 'help'> = {},
  ): Row => ({
    type,
    help,
    labels,
    ...more,
  });
}

export const metricRows = Object.entries<Row>(METRICS).map(([name, row]) => ({ name, ...row }));
