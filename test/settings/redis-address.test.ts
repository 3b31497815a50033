import { readRedisAddress } from '../../src/settings/redis-address.ts';
import { SettingsError, readSettings } from '../../src/settings/settings.ts';

const plain = { tls: false, database: 0 };

it.each([
  ['redis://cache', { ...plain, kind: 'node', hosts: [{ host: 'cache', port: 6379 }] }],
  [
    'rediss://me:p%40ss@[::1]:6380/3',
    {
      kind: 'node',
      tls: true,
      database: 3,
      hosts: [{ host: '::1', port: 6380 }],
      username: 'me',
      password: 'p@ss',
    },
  ],
  [
    'redis-sentinel://:secret@a:1,b/gatehouse?sentinelPassword=other',
    {
      ...plain,
      kind: 'sentinel',
      master: 'gatehouse',
      password: 'secret',
      sentinelPassword: 'other',
      hosts: [
        { host: 'a', port: 1 },
        { host: 'b', port: 26_379 },
      ],
    },
  ],
  [
    'rediss-cluster://a,b:7000',
    {
      kind: 'cluster',
      tls: true,
      database: 0,
      hosts: [
        { host: 'a', port: 6379 },
        { host: 'b', port: 7000 },
      ],
    },
  ],
  [
    'redis://me:p@a:1, redis://me:p@b:2',
    {
      ...plain,
      kind: 'cluster',
      username: 'me',
      password: 'p',
      hosts: [
        { host: 'a', port: 1 },
        { host: 'b', port: 2 },
      ],
    },
  ],
])('%s is understood', (text, address) => {
  expect(readRedisAddress(text)).toEqual(address);
});

it.each([
  ['http://cache', /must be redis:\/\//],
  ['redis://a,b', /must be redis:\/\//],
  ['redis-sentinel://:hush-hush@a,b', /the name that the Sentinels know the master by/],
  ['redis-cluster://:hush-hush@a/2', /a cluster has one/],
  ['redis://:hush-hush@a/x', /the number of a database/],
  ['redis://:hush-hush@a:99999', /host:port/],
  ['redis-cluster://:hush-hush@a,,b', /host:port/],
])('%s is refused at the start, with the fix and without a secret', (REDIS_URL, fault) => {
  let told: unknown;
  try {
    readSettings({ REDIS_URL });
  } catch (error) {
    told = error;
  }
  expect(told).toBeInstanceOf(SettingsError);
  expect(String(told)).toMatch(/REDIS_URL/);
  expect(String(told)).toMatch(fault);
  expect(String(told)).not.toContain('hush');
});
