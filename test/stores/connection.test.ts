import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { connectionTo } from '../../src/stores/postgres/connection.ts';

const URL_OF_MINE = 'postgresql://me:secret@db.example:5433/gatehouse';

it('passes a URL on as it is', () => {
  expect(connectionTo(URL_OF_MINE)).toEqual({ connectionString: URL_OF_MINE });
  const client = new Client(connectionTo(URL_OF_MINE));
  expect(client).toMatchObject({
    host: 'db.example',
    port: 5433,
    user: 'me',
    database: 'gatehouse',
  });
});

it('keeps what it does not know, such as the folder of a socket', () => {
  const client = new Client(connectionTo('postgres://me@%2Fvar%2Frun%2Fpostgresql/gatehouse'));
  expect(client.host).toBe('/var/run/postgresql');
  expect(connectionTo(`${URL_OF_MINE}?options=-c%20jit%3Doff`).connectionString).toContain('jit');
});

it.each([
  'sslmode=require',
  'sslmode=verify-ca',
  'sslmode=verify-full',
  'sslmode=prefer',
  'ssl=true',
])('checks the certificate, name included, with %s', (asked) => {
  const { connectionString, ssl } = connectionTo(`${URL_OF_MINE}?${asked}`);
  expect(ssl).toEqual({ rejectUnauthorized: true });
  expect(connectionString).toBe(URL_OF_MINE);
});

it('gives that up for sslmode=no-verify alone, and TLS for sslmode=disable', () => {
  expect(connectionTo(`${URL_OF_MINE}?sslmode=no-verify`).ssl).toEqual({
    rejectUnauthorized: false,
  });
  expect(connectionTo(`${URL_OF_MINE}?sslmode=disable`).ssl).toBeUndefined();
  expect(connectionTo(`${URL_OF_MINE}?ssl=false`).ssl).toBeUndefined();
});

it('reads certificates from files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-tls-'));
  const path = join(folder, 'ca.pem');
  writeFileSync(path, 'CERTIFICATE');
  expect(connectionTo(`${URL_OF_MINE}?sslrootcert=${encodeURIComponent(path)}`).ssl).toEqual({
    rejectUnauthorized: true,
    ca: 'CERTIFICATE',
  });
  rmSync(folder, { recursive: true });
});
