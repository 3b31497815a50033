import type { Account } from '../../accounts/account.ts';
import type { Grant, SessionLife } from '../../sessions/store.ts';

/** Fields of the domain and their columns, for statements written by hand. */
export const ACCOUNT = {
  id: 'id',
  email: 'email',
  emailVerifiedAt: 'email_verified_at',
  username: 'username',
  givenName: 'given_name',
  familyName: 'family_name',
  phone: 'phone',
  phoneVerifiedAt: 'phone_verified_at',
  picture: 'picture',
  birthdate: 'birthdate',
  locale: 'locale',
  zoneinfo: 'zoneinfo',
  ownFields: 'own_fields',
  admin: 'admin',
  disabledAt: 'disabled_at',
  passwordHash: 'password_hash',
  passwordChangedAt: 'password_changed_at',
  credentialVersion: 'credential_version',
  signOutVersion: 'sign_out_version',
  unlocks: 'unlocks',
  createdAt: 'created_at',
  updatedAt: 'updated_at',
} as const satisfies Columns<Account>;

export const SESSION = {
  id: 'id',
  accountId: 'account_id',
  signOutVersion: 'sign_out_version',
  remembered: 'remembered',
  startedAt: 'started_at',
  lastUsedAt: 'last_used_at',
  idleS: 'idle_s',
  expiresAt: 'expires_at',
  endedAt: 'ended_at',
  ip: 'ip',
  userAgent: 'user_agent',
} as const satisfies Columns<SessionLife>;

export const GRANT = {
  id: 'id',
  accountId: 'account_id',
  clientId: 'client_id',
  sessionId: 'session_id',
  signOutVersion: 'sign_out_version',
  offline: 'offline',
  allowed: 'allowed',
  createdAt: 'created_at',
  expiresAt: 'expires_at',
} as const satisfies Columns<Grant>;

type Columns<T> = Record<keyof T & string, string>;

export type Row = Record<string, unknown>;

/** The columns of one table in a list of several: `a.email AS "a.email", ...` */
export function selected(alias: string, columns: Record<string, string>): string {
  return Object.entries(columns)
    .map(([field, column]) => `${alias}.${column} AS "${alias}.${field}"`)
    .join(', ');
}

/** One table's part of such a row. A column without value is a field that is not there. */
export function read<T>(row: Row, alias: string, columns: Columns<T>): T {
  // The statement was made from the same list of columns.
  const found: T = Object({});
  for (const field of Object.keys(columns)) {
    const value = row[`${alias}.${field}`];
    if (value !== null && value !== undefined) Reflect.set(Object(found), field, value);
  }
  return found;
}

/** One table's part of a row as a single value: the driver takes forty fields apart slower than the engine reads one text. */
export function asJson(alias: string, columns: Record<string, string>): string {
  const values = Object.values(columns).map((column) => `${alias}.${column}`);
  return `CASE WHEN ${alias}.id IS NOT NULL THEN json_build_array(${values.join(', ')}) END`;
}

/** Reads it back. JSON has no dates: fields that tell one end in `At`. */
export function fromJson<T>(columns: Columns<T>): (values: readonly unknown[]) => T {
  const fields = Object.keys(columns).map((name) => ({ name, isDate: name.endsWith('At') }));
  return (values) => {
    const found: Record<string, unknown> = {};
    fields.forEach(({ name, isDate }, at) => {
      const value = values[at];
      if (value === null || value === undefined) return;
      found[name] = isDate && typeof value === 'string' ? new Date(value) : value;
    });
    // The statement was made from the same list of columns.
    return Object(found);
  };
}
