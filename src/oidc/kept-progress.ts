import { randomBytes } from 'node:crypto';
import type { Context } from 'koa';
import { OWN_CLIENT_ID } from '../clients/own-client.ts';
import { digest } from '../crypto/digest.ts';
import { ownCookie } from '../http/own-cookie.ts';
import type { RecordAtHand } from './at-hand.ts';
import type { Progress } from './dispatch.ts';
import type { ArtifactStore } from './protocol-store.ts';

/** What browsers achieved, interaction by interaction; and what one brings along into an interaction of our own. */
export interface KeptProgress {
  /** With the interaction itself, as the library keeps it: both are read at once. */
  of(uid: string): Promise<{ progress: Progress; interaction: RecordAtHand }>;
  save(uid: string, progress: Progress): Promise<void>;
  /** For the next interaction of our own that this browser begins, within a minute. */
  sendAhead(ctx: Context, progress: Progress): Promise<void>;
  /** What was sent ahead becomes this interaction's, once. */
  takeUp(ctx: Context, interaction: { uid: string; params: object }): Promise<Progress>;
}

const INTERACTION = 'Interaction';
const PROGRESS = 'Progress';
const AHEAD = 'ProgressAhead';
/** Longer than any interaction lives. */
const PROGRESS_S = 24 * 60 * 60;
const AHEAD_S = 60;
const COOKIE = ownCookie('gatehouse_ahead');

export function openProgress({
  artifacts,
  now,
}: {
  artifacts: Pick<ArtifactStore, 'put' | 'find' | 'findTogether' | 'consume'>;
  now: () => Date;
}): KeptProgress {
  const save = (uid: string, progress: Progress) =>
    artifacts.put(PROGRESS, digest(uid), { ...progress }, PROGRESS_S);
  return {
    save,
    async of(uid) {
      const id = digest(uid);
      const [found, kept] = await artifacts.findTogether([INTERACTION, PROGRESS], id);
      return { progress: Object(kept?.payload), interaction: { model: INTERACTION, id, found } };
    },
    async sendAhead(ctx, progress) {
      const handle = randomBytes(32).toString('base64url');
      await artifacts.put(AHEAD, digest(handle), { ...progress }, AHEAD_S);
      COOKIE.set(ctx, handle, new Date(now().getTime() + AHEAD_S * 1000));
    },
    async takeUp(ctx, { uid, params }) {
      const handle = COOKIE.get(ctx);
      if (!handle || Reflect.get(params, 'client_id') !== OWN_CLIENT_ID) return {};
      COOKIE.forget(ctx);
      const id = digest(handle);
      const sent = await artifacts.find(AHEAD, id);
      if (!sent || !(await artifacts.consume(AHEAD, id))) return {};
      const progress: Progress = Object(sent.payload);
      await save(uid, progress);
      return progress;
    },
  };
}
