import { perRequest } from './per-request.ts';
import type { NewRefreshToken } from './protocol-store.ts';
import type { PutOffSignature } from './put-off-signature.ts';

/**
 * What the library wants done while it redeems a code or a refresh token. It is only noted here, and done all at once
 * when everything is checked, made and signed (token-transaction.ts).
 */
export interface UnitOfWork {
  /** Hash of the code or refresh token to consume. */
  consumes?: string;
  successor?: NewRefreshToken;
  /** Its signature is under way. */
  accessToken?: PutOffSignature;
  /** The refresh token was consumed a moment ago: once all checks have passed, its answer is given again. */
  replayable: boolean;
  /** The grant whose code or refresh token was used once more: the library ends it. */
  stolenGrant?: string;
}

/** Thrown where a refresh token would be consumed that already was: everything has been checked by then. */
export class AlreadyAnswered extends Error {}

const openIn = perRequest((): { unit: UnitOfWork | undefined } => ({ unit: undefined }));

export async function asUnitOfWork<T>(ctx: object, work: (unit: UnitOfWork) => Promise<T>) {
  const unit: UnitOfWork = { replayable: false };
  const open = openIn(ctx);
  open.unit = unit;
  try {
    return await work(unit);
  } finally {
    open.unit = undefined;
  }
}

export function unitOfWork(ctx: object | undefined): UnitOfWork | undefined {
  return ctx && openIn(ctx).unit;
}
