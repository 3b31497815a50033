import { StoreAway, isStoreAway } from '../../src/transactions/store-away.ts';

const coded = (code: string, more: object = {}) => Object.assign(new Error('x'), { code, ...more });
const nested = (originalCode: string) =>
  Object.assign(new Error('x'), {
    name: 'PrismaClientKnownRequestError',
    code: 'P2010',
    meta: { driverAdapterError: { name: 'DriverAdapterError', cause: { originalCode } } },
  });

it.each([
  ['our own', new StoreAway()],
  ['our own as a cause', new Error('x', { cause: new StoreAway() })],
  ['a refused connection', coded('ECONNREFUSED')],
  ['a socket that is not there', coded('ENOENT', { syscall: 'connect' })],
  ['a connection that was reset', coded('ECONNRESET')],
  ['a database that goes down', coded('57P01')],
  ['a database that starts', coded('57P03')],
  ['a statement that took too long', coded('57014')],
  ['too many connections', coded('53300')],
  ['a full disk', coded('53100')],
  ['a standby', coded('25006')],
  ['a transaction that could not start', coded('P2028')],
  ["the database's own code inside Prisma's error", nested('57P01')],
  ['a pool without a free connection', new Error('timeout exceeded when trying to connect')],
  ['a connection that ended', new Error('Connection terminated unexpectedly')],
  ['a closed Redis connection', new Error('Connection is closed.')],
  [
    'a Redis that is not there',
    new Error("Stream isn't writeable and enableOfflineQueue options is false"),
  ],
  ['a Redis that is silent', new Error('Command timed out')],
  [
    'a Redis that loads',
    Object.assign(new Error('LOADING Redis is loading'), { name: 'ReplyError' }),
  ],
])('%s means that a store is away', (_name, error) => {
  expect(isStoreAway(error)).toBe(true);
});

it.each([
  ['a bug', new TypeError('x is undefined')],
  ['a missing file', coded('ENOENT', { syscall: 'open' })],
  ['a unique violation', coded('23505')],
  ["a unique violation inside Prisma's error", nested('23505')],
  ['wrong SQL', coded('42601')],
  ['a wrong command', Object.assign(new Error('ERR unknown command'), { name: 'ReplyError' })],
  ['a text that only looks like it', new Error('LOADING zone')],
  ['nothing', undefined],
  ['a word', 'ECONNREFUSED'],
])('%s does not', (_name, error) => {
  expect(isStoreAway(error)).toBe(false);
});
