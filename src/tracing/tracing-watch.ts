import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  ROOT_CONTEXT,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { traceParentIn } from '../watching/trace-parent.ts';
import type { Sighting, Watch, Work } from '../watching/watch.ts';
import { endOf, spanOf } from './spans.ts';

/** Turns what is seen into spans: a request or a job begins a trace, what it causes belongs to it. */
export function tracingWatch(tracer: Tracer): Watch {
  const around = new AsyncLocalStorage<Context>();

  function sighting(work: Work, parent: Context): Sighting {
    const { name, ...options } = spanOf(work);
    const span = tracer.startSpan(name, options, parent);
    const inside = trace.setSpan(parent, span);
    return {
      traceId: span.spanContext().traceId,
      within: (run) => around.run(inside, run),
      ends(outcome, known) {
        const end = endOf(work, outcome, known);
        if (end.name) span.updateName(end.name);
        span.setAttributes(end.attributes);
        if (end.failed) span.setStatus({ code: SpanStatusCode.ERROR });
        span.end();
      },
    };
  }
  return {
    begins(work) {
      if (work.kind === 'request') return sighting(work, callersTrace(work.traceparent));
      const parent = around.getStore() ?? (work.kind === 'job' ? ROOT_CONTEXT : undefined);
      // The house's own heartbeats are of no interest to anybody.
      return parent ? sighting(work, parent) : UNTRACED;
    },
    happened() {},
  };
}

const UNTRACED: Sighting = { within: (run) => run(), ends() {} };

/** What comes with it beside the ids (tracestate, baggage) is a stranger's, and stays outside. */
function callersTrace(traceparent: string | undefined): Context {
  const caller = traceParentIn(traceparent);
  if (!caller) return ROOT_CONTEXT;
  const { traceId, spanId, sampled } = caller;
  const traceFlags = sampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}
