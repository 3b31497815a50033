/**
 * What the machine can do at most, asked over HTTP like everything else: nothing at all, one signature, one password. The
 * same framework, the same driver, the same neighbours on the processor.
 */
import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import { hash, verify } from 'argon2';
import Koa from 'koa';
import { PARAMETERS } from '../../src/passwords/argon2-hasher.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
/** As long as what is signed of an access token. */
const DATA = Buffer.alloc(420, 'x');
const password = 'correct horse battery';
const known = await hash(password, PARAMETERS);

const WORK: Record<string, () => unknown> = {
  '/hello': () => undefined,
  '/signature': () => sign('sha256', DATA, privateKey),
  '/argon2': () => verify(known, password),
};

const app = new Koa();
app.use(async (ctx) => {
  await WORK[ctx.path]?.();
  ctx.body = 'hello';
});

const answer = app.callback();
const server = createServer((request, response) => void answer(request, response));
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' ? address?.port : undefined });
});
process.once('disconnect', () => process.exit(0));
