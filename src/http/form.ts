import type { Context } from 'koa';
import type { z } from 'zod';
import { CannotGoOn } from './cannot-go-on.ts';
import { MAX_BODY_BYTES } from './limits.ts';

/**
 * Reads a submitted form through its schema. A form that our own pages could not have sent (another type,
 * a field twice, a NUL) is refused before the schema sees it.
 */
export async function readForm<Schema extends z.ZodType>(
  ctx: Context,
  schema: Schema,
): Promise<z.infer<Schema>> {
  const parsed = schema.safeParse(await readFields(ctx));
  if (!parsed.success) throw new CannotGoOn(400, 'malformed');
  return parsed.data;
}

/** What was posted as it came, names that come several times included. */
export async function readParameters(ctx: Context): Promise<URLSearchParams> {
  if (!isUrlEncoded(ctx)) throw new CannotGoOn(400, 'malformed');
  return new URLSearchParams(await readBody(ctx));
}

async function readFields(ctx: Context): Promise<Record<string, string>> {
  const fields: Record<string, string> = Object.create(null);
  for (const [name, value] of await readParameters(ctx)) {
    if (name in fields || `${name}${value}`.includes('\0')) throw new CannotGoOn(400, 'malformed');
    fields[name] = value;
  }
  return fields;
}

function isUrlEncoded(ctx: Context): boolean {
  const charset = ctx.request.charset.toLowerCase();
  return (
    Boolean(ctx.request.is('application/x-www-form-urlencoded')) &&
    (charset === '' || charset === 'utf-8')
  );
}

async function readBody(ctx: Context): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of ctx.req) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) throw new CannotGoOn(413, 'too-large', { Connection: 'close' });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
