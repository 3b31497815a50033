import { once } from 'node:events';
import { type IncomingHttpHeaders, createServer } from 'node:http';

/** A collector of traces (OTLP over HTTP, protobuf) that keeps what it is told. */
export interface Collector {
  url: string;
  spans: CollectedSpan[];
  /** Of every request that brought some. */
  headers: IncomingHttpHeaders[];
  resource(): Attributes;
  /** Everything that came, as text: for looking what must not be in it. */
  text(): string;
  close(): Promise<void>;
}

type Attributes = Record<string, string | number | boolean>;

export interface CollectedSpan {
  name: string;
  kind: number;
  traceId: string;
  spanId: string;
  parentId: string;
  traceState: string;
  attributes: Attributes;
  failed: boolean;
}

export async function openCollector(): Promise<Collector> {
  const bodies: Buffer[] = [];
  const spans: CollectedSpan[] = [];
  const headers: IncomingHttpHeaders[] = [];
  let resource: Attributes = {};
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      bodies.push(body);
      headers.push(request.headers);
      for (const resourceSpans of within(body, 1)) {
        resource = attributesIn(within(resourceSpans, 1)[0] ?? Buffer.alloc(0), 1);
        const told = within(resourceSpans, 2).flatMap((scope) => within(scope, 2));
        spans.push(...told.map(spanIn));
      }
      response.writeHead(request.url === '/v1/traces' ? 200 : 404).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    spans,
    headers,
    resource: () => resource,
    text: () => Buffer.concat(bodies).toString('latin1'),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

/** Field numbers of opentelemetry/proto/trace/v1/trace.proto. */
function spanIn(span: Buffer): CollectedSpan {
  const hex = (field: number) => within(span, field)[0]?.toString('hex') ?? '';
  const status = within(span, 15)[0] ?? Buffer.alloc(0);
  return {
    traceId: hex(1),
    spanId: hex(2),
    traceState: textOf(within(span, 3)[0]),
    parentId: hex(4),
    name: textOf(within(span, 5)[0]),
    kind: numberIn(span, 6),
    attributes: attributesIn(span, 9),
    failed: numberIn(status, 3) === 2,
  };
}

function attributesIn(message: Buffer, field: number): Attributes {
  return Object.fromEntries(
    within(message, field).map((pair) => [
      textOf(within(pair, 1)[0]),
      valueOf(within(pair, 2)[0] ?? Buffer.alloc(0)),
    ]),
  );
}

function valueOf(value: Buffer): string | number | boolean {
  const [first] = fieldsOf(value);
  if (!first) return '';
  if (Buffer.isBuffer(first.value)) return first.field === 1 ? textOf(first.value) : 'bytes';
  return first.field === 2 ? first.value === 1n : Number(first.value);
}

const textOf = (bytes: Buffer | undefined) => bytes?.toString() ?? '';

function within(message: Buffer, field: number): Buffer[] {
  return fieldsOf(message).flatMap((one) =>
    one.field === field && Buffer.isBuffer(one.value) ? [one.value] : [],
  );
}

function numberIn(message: Buffer, field: number): number {
  const found = fieldsOf(message).find((one) => one.field === field)?.value ?? 0n;
  return Buffer.isBuffer(found) ? Number.NaN : Number(found);
}

/** The wire format of protobuf: varints, 64 bits, lengths, 32 bits. */
function fieldsOf(message: Buffer): { field: number; value: Buffer | bigint }[] {
  const fields: { field: number; value: Buffer | bigint }[] = [];
  let at = 0;
  const varint = (): bigint => {
    let [value, shift] = [0n, 0n];
    for (;;) {
      const byte = message[at++] ?? 0;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
      shift += 7n;
    }
  };
  const bytes = (length: number) => message.subarray(at, (at += length));
  while (at < message.length) {
    const key = Number(varint());
    const wire = key & 7;
    const value = wire === 0 ? varint() : bytes(wire === 1 ? 8 : wire === 5 ? 4 : Number(varint()));
    fields.push({ field: key >> 3, value });
  }
  return fields;
}
