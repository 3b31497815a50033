import { type KoaContextWithOIDC, Provider, errors } from 'oidc-provider';
import { digest } from '../../crypto/digest.ts';
import type { Authorizations, Payload, StoredSession } from '../protocol-store.ts';
import { circumstances } from '../circumstances.ts';
import type { Model, ProtocolStorage } from './model.ts';
import { opened, sealed } from './sealed-payload.ts';
import { changesOf } from './session-changes.ts';

/**
 * What a browser's cookie opens. The library writes it whole; parallel requests on one session would lose what others
 * added, so it is kept client by client. Whether it lives is not decided here but by its life in the vitals.
 */
export function session(storage: ProtocolStorage): Model {
  return {
    find: (id) => find(storage, id),
    findByUid: (uid) => findByUid(storage, uid),
    upsert: (id, payload, ttlS) => save(storage, id, payload, ttlS),
    destroy: (id) => leave(storage, id),
  };
}

async function find(
  { artifacts, vitals }: ProtocolStorage,
  id: string,
): Promise<Payload | undefined> {
  const { ctx } = Provider;
  const found = await artifacts.findSession(digest(id));
  if (found === 'moved') {
    if (ctx) ctx.state['sessionMoved'] = 'before';
    return undefined;
  }
  const payload = found && restored(id, found);
  if (!payload) return undefined;
  const { uid, accountId } = payload;
  if (accountId !== undefined) {
    const life = await vitals.ofSession(ctx, digest(String(uid)));
    if (life?.account.id !== accountId) return undefined;
  }
  if (ctx) changesOf(ctx).found(digest(id), found.authorizations);
  return payload;
}

/** For tokens that are bound to a session: answered from what is already known of it. */
async function findByUid({ vitals }: ProtocolStorage, uid: string): Promise<Payload | undefined> {
  const { ctx } = Provider;
  const id = digest(uid);
  const known = ctx && vitals.known(ctx);
  const found = known?.session?.id === id ? known : await vitals.ofSession(ctx, id);
  if (!found?.session) return undefined;
  return {
    uid,
    accountId: found.account.id,
    exp: Math.floor(found.session.expiresAt.getTime() / 1000),
    authorizations: Object.fromEntries(
      found.grants
        .filter((grant) => !grant.offline)
        .map((grant) => [grant.clientId, { grantId: grant.id }]),
    ),
  };
}

async function save(
  storage: ProtocolStorage,
  id: string,
  payload: Payload,
  ttlS: number,
): Promise<void> {
  const { ctx } = Provider;
  // The browser has a newer cookie by now: this request's session was a stranger's, and nobody will come back for it.
  if (ctx?.state['sessionMoved']) return;
  if (ctx && payload['accountId'] !== undefined) await assertLiving(storage, ctx);
  const key = digest(id);
  const outcome = await storage.artifacts.mergeSession(key, stored(ctx, id, payload), ttlS);
  if (outcome === 'moved' && ctx) ctx.state['sessionMoved'] = 'meanwhile';
}

async function assertLiving({ vitals }: ProtocolStorage, ctx: KoaContextWithOIDC): Promise<void> {
  if (!(await vitals.signedIn(ctx))) throw new errors.SessionNotFound('the session has ended');
  await vitals.use(ctx);
}

/** Called for the old id when a session gets a new one, and for the session itself at sign-out. */
async function leave(storage: ProtocolStorage, id: string): Promise<void> {
  const { ctx } = Provider;
  const current = ctx?.oidc.session;
  const oldId: unknown = Reflect.get(Object(current), 'oldId');
  if (ctx && current && oldId === id) {
    const key = digest(id);
    const left = await storage.artifacts.moveSession(key, digest(current.jti));
    changesOf(ctx).left(key, left);
    return;
  }
  // First what everything hangs on: as long as it lives, its owner can find the way out again.
  if (ctx && current?.accountId) await end(storage, ctx, current.uid);
  await storage.artifacts.removeSession(digest(id));
}

async function end(
  { atomically, now }: ProtocolStorage,
  ctx: KoaContextWithOIDC,
  uid: string,
): Promise<void> {
  await atomically(async ({ sessions, audit }) => {
    if (!(await sessions.end(digest(uid), now()))) return;
    await audit.record('signed-out', {}, circumstances(ctx));
  });
}

/** The state of a sign-out in progress holds the secret of its form. */
function stored(ctx: KoaContextWithOIDC | undefined, id: string, whole: Payload): StoredSession {
  const { jti: _, state, authorizations, ...payload } = whole;
  const all: Authorizations = { ...Object(authorizations) };
  return {
    payload: { ...payload, ...(state !== undefined && sealed(id, { state })) },
    authorizations: ctx ? changesOf(ctx).toWrite(digest(id), all) : all,
  };
}

function restored(id: string, { payload, authorizations }: StoredSession): Payload {
  const { seal, ...rest } = payload;
  return {
    ...rest,
    ...(seal !== undefined && { state: opened(id, { seal })?.['state'] }),
    ...(Object.keys(authorizations).length > 0 && { authorizations }),
    jti: id,
  };
}
