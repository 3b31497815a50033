import { type Attributes, SpanKind } from '@opentelemetry/api';
import type { Outcome, Work } from '../watching/watch.ts';

interface NewSpan {
  name: string;
  kind: SpanKind;
  attributes: Attributes;
}

/** What a span is called and tells from the start. Words of our own: verbs, tables, commands, templates of routes. */
export function spanOf(work: Work): NewSpan {
  switch (work.kind) {
    case 'request':
      return span(work.name, SpanKind.SERVER, { 'http.request.method': work.name });
    case 'postgres':
      return statement(work.name);
    case 'redis':
      return span(work.name, SpanKind.CLIENT, {
        'db.system.name': 'redis',
        'db.operation.name': work.name,
      });
    case 'hash':
      return span(`${work.name} password`);
    case 'sign':
      return span('sign');
    case 'mail':
      return span(`${work.name} mail`);
    case 'job':
      break;
  }
  return span(`job ${work.name}`, SpanKind.CONSUMER, { 'gatehouse.job': work.name });
}

function statement(name: string): NewSpan {
  const [verb = '', table] = name.split(' ');
  return span(name, SpanKind.CLIENT, {
    'db.system.name': 'postgresql',
    'db.operation.name': verb,
    ...(table && { 'db.collection.name': table }),
  });
}

function span(name: string, kind = SpanKind.INTERNAL, attributes: Attributes = {}): NewSpan {
  return { name, kind, attributes };
}

/** What it tells at its end; whether that is a fault of ours. */
export function endOf(
  work: Work,
  outcome: Outcome,
  name: string | undefined,
): { name?: string; attributes: Attributes; failed: boolean } {
  if ('failed' in outcome) return { attributes: { 'error.type': outcome.failed }, failed: true };
  if (work.kind !== 'request') {
    return { attributes: { 'gatehouse.outcome': outcome.as }, failed: false };
  }
  const status = Number(outcome.as);
  const answered = Number.isNaN(status)
    ? { 'error.type': outcome.as }
    : { 'http.response.status_code': status };
  return {
    ...(name && { name: `${work.name} ${name}` }),
    attributes: { ...(name && { 'http.route': name }), ...answered },
    failed: status >= 500,
  };
}
