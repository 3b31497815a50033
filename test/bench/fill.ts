import { Client, type ClientConfig } from 'pg';
import { hash } from 'argon2';
import { PARAMETERS } from '../../src/passwords/argon2-hasher.ts';

export const PASSWORD = 'correct horse battery';
export const REDIRECT_URI = 'https://app.example/cb';

/* Names that the driver of the load can count up by itself. */
export const emailOf = (person: number) => `person-${person}@example.com`;
export const clientIdOf = (client: number) => `app-${client}`;
export const secretOf = (client: number) => `secret-of-the-bench-${client}`;

/**
 * So many people, each with a session and a grant behind them, and so many clients, written at once: as a house is that
 * has been used for a while.
 */
export async function fill(
  config: ClientConfig,
  { accounts, clients }: { accounts: number; clients: number },
): Promise<void> {
  const passwordHash = await hash(PASSWORD, PARAMETERS);
  await inDatabase(config, async (database) => {
    await database.query(ACCOUNTS, [accounts, passwordHash]);
    await database.query(SESSIONS);
    await database.query(GRANTS);
    await database.query(CLIENTS, [clients, REDIRECT_URI]);
    await database.query(SECRETS, [clients]);
    await database.query('VACUUM ANALYZE');
    await database.query('CHECKPOINT');
  });
}

export async function inDatabase(
  config: ClientConfig,
  work: (database: Client) => Promise<unknown>,
): Promise<void> {
  const database = new Client(config);
  await database.connect();
  try {
    await work(database);
  } finally {
    await database.end();
  }
}

const ACCOUNTS = `INSERT INTO accounts
    (id, email, email_canonical, email_verified_at, given_name, family_name, password_hash, updated_at)
  SELECT gen_random_uuid(), 'person-' || n || '@example.com', 'person-' || n || '@example.com', now(), 'Person', n::text,
    $2, now()
  FROM generate_series(0, $1::int - 1) AS n`;

const SESSIONS = `INSERT INTO sessions
    (id, account_id, sign_out_version, started_at, last_used_at, idle_s, expires_at)
  SELECT md5(id::text), id, 1, now(), now(), 43200, now() + interval '90 days' FROM accounts`;

const GRANTS = `INSERT INTO grants
    (id, account_id, client_id, session_id, sign_out_version, offline, allowed, created_at, expires_at)
  SELECT gen_random_uuid()::text, account_id, 'app-0', id, 1, false, '{"openid":"openid","resources":{}}',
    now(), now() + interval '90 days' FROM sessions`;

const CLIENTS = `INSERT INTO clients
    (id, name, first_party, token_endpoint_auth_method, grant_types, redirect_uris, post_logout_redirect_uris, scopes,
     cors_origins, updated_at)
  SELECT 'app-' || n, 'Application ' || n, true, 'client_secret_basic',
    '{authorization_code,refresh_token,client_credentials}', ARRAY[$2], '{}', '{openid,profile,email,offline_access}', '{}',
    now()
  FROM generate_series(0, $1::int - 1) AS n`;

const SECRETS = `INSERT INTO client_secrets (id, client_id, sha256)
  SELECT gen_random_uuid(), 'app-' || n, sha256(('secret-of-the-bench-' || n)::bytea)
  FROM generate_series(0, $1::int - 1) AS n`;
