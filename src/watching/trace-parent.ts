/** What a caller says of the trace that its request belongs to (W3C Trace Context, level 1). */
export interface TraceParent {
  traceId: string;
  spanId: string;
  sampled: boolean;
}

const FORM = /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(?:-|$)/;

/** Undefined for whatever is none: a stranger may send anything. A later version may say more behind it. */
export function traceParentIn(header: string | undefined): TraceParent | undefined {
  const [, traceId, spanId, flags] = FORM.exec(header?.slice(0, 60) ?? '') ?? [];
  if (!traceId || !spanId || !flags || (header?.startsWith('00') && header.length !== 55)) {
    return undefined;
  }
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}
