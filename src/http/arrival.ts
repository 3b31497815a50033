import type { IncomingMessage } from 'node:http';
import { MAX_BODY_BYTES } from './limits.ts';

/**
 * Calls back once a request is here to its last byte, so that nobody's place is held by a body that trickles in. The body
 * stays unread where Node keeps it, which takes more than the longest that we accept; one that is too long is
 * passed on as it is, and refused there.
 */
export function whenArrived(request: IncomingMessage, then: () => void): void {
  if (request.complete || !isAwaited(request)) return then();
  const look = () => {
    if (!request.complete && request.readableLength <= MAX_BODY_BYTES) return;
    request.off('readable', look);
    if (request.complete) readAtOnce(request);
    then();
  };
  request.on('readable', look);
}

/**
 * Whoever goes through a body that is all here gets it in one piece, without what a stream needs to wait for more. Only
 * the way of asking changes: what is left unread stays unread.
 */
function readAtOnce(request: IncomingMessage): void {
  const whole = () => {
    const chunk: unknown = request.read();
    return chunk === null ? [] : [chunk];
  };
  Object.assign(request, { iterator: whole });
}

function isAwaited({ headers }: IncomingMessage): boolean {
  const length = Number(headers['content-length'] ?? 0);
  return headers['transfer-encoding'] !== undefined || (length > 0 && length <= MAX_BODY_BYTES);
}
