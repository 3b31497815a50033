import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { readSnapshotFile, writeSnapshotFile } from '../../src/stores/snapshot/snapshot-file.ts';
import {
  type SnapshotPart,
  SnapshotTorn,
  isEmpty,
  loadRows,
  takeSnapshot,
} from '../../src/stores/snapshot/snapshot.ts';
import { tablesInOrder } from '../../src/stores/snapshot/tables.ts';
import { type TestDatabase, freshDatabase } from '../support/database.ts';

let from: TestDatabase;
let to: TestDatabase;
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-snapshot-'));
const clients: Client[] = [];

async function connect(db: TestDatabase): Promise<Client> {
  const client = new Client(db.config);
  client.on('error', () => {});
  await client.connect();
  clients.push(client);
  return client;
}

beforeAll(async () => {
  [from, to] = await Promise.all([freshDatabase(), freshDatabase()]);
  await furnish(from);
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.end()));
  await Promise.all([from.close(), to.close()]);
});

it('gives every row back as it was, bytes, lists and documents too', async () => {
  const path = join(folder, 'whole.backup');
  await writeSnapshotFile(path, takeSnapshot(await connect(from)));
  const target = await connect(to);
  expect(await isEmpty(target)).toBe(true);
  await loadRows(target, readSnapshotFile(path));

  expect(await everything(to)).toEqual(await everything(from));
  expect(await isEmpty(target)).toBe(false);
  await to.prisma.auditEvent.create({ data: { name: 'after', actor: 'cli', details: {} } });
});

it('is readable by its owner only', () => {
  expect(statSync(join(folder, 'whole.backup')).mode & 0o777).toBe(0o600);
});

it('sees one moment, whatever is written meanwhile', async () => {
  const parts: SnapshotPart[] = [];
  for await (const part of takeSnapshot(await connect(from))) {
    if (part.part === 'head') {
      await from.prisma.client.create({ data: registration('latecomer') });
    }
    parts.push(part);
  }
  expect(JSON.stringify(parts)).not.toContain('latecomer');
});

describe('a file that is not whole', () => {
  const torn = join(folder, 'torn.backup');

  it.each([
    ['cut short', () => truncateSync(torn, statSync(torn).size - 20)],
    ['of something else', () => writeFileSync(torn, 'not a backup')],
    ['empty', () => writeFileSync(torn, '')],
  ])('leaves the database as it was: %s', async (_, spoil) => {
    writeFileSync(torn, readFileSync(join(folder, 'whole.backup')));
    spoil();
    const third = await freshDatabase();
    const target = await connect(third);
    await expect(loadRows(target, readSnapshotFile(torn))).rejects.toBeInstanceOf(SnapshotTorn);
    expect(await isEmpty(target)).toBe(true);
    await third.close();
  });
});

async function everything(db: TestDatabase): Promise<Record<string, unknown[]>> {
  const reader = await connect(db);
  const found: Record<string, unknown[]> = {};
  for (const table of await tablesInOrder(reader)) {
    const { rows } = await reader.query(`SELECT * FROM "${table}" ORDER BY 1, 2`);
    found[table] = rows;
  }
  return found;
}

function registration(id: string) {
  return {
    id,
    name: 'Atlas “Notes” \\ 🗺',
    tokenEndpointAuthMethod: 'none',
    grantTypes: ['a', 'b,"c'],
  };
}

async function furnish({ prisma }: TestDatabase): Promise<void> {
  const accountId = randomUUID();
  await prisma.account.create({
    data: { id: accountId, email: 'You@example.com', emailCanonical: 'you@example.com' },
  });
  await prisma.client.create({
    data: { ...registration('atlas'), logo: randomBytes(300), jwks: { keys: [] } },
  });
  await prisma.clientSecret.create({
    data: { id: randomUUID(), clientId: 'atlas', sha256: randomBytes(32) },
  });
  await prisma.api.create({ data: { audience: 'https://api.example', name: 'API' } });
  await prisma.clientApi.create({
    data: { clientId: 'atlas', audience: 'https://api.example', scopes: ['read'] },
  });
  await prisma.consent.create({
    data: { accountId, clientId: 'atlas', allowed: { openid: 'openid', resources: {} } },
  });
  for (let n = 0; n < 250; n += 1) {
    await prisma.auditEvent.create({ data: { name: `event-${n}`, actor: 'cli', details: { n } } });
  }
}
