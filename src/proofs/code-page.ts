import type { Context } from 'koa';
import { z } from 'zod';
import { marksOf } from '../accounts/known-browser-cookie.ts';
import { circumstancesOf } from '../audit/circumstances-of.ts';
import { readForm } from '../http/form.ts';
import { type Wait, mustWait } from '../http/must-wait.ts';
import { type AddressProof, type Purpose, type Standing, standingOf } from './proof.ts';
import { numberOf } from './secrets.ts';
import { type SendAgainDeps, secondsUntil, sendAgain } from './send-again.ts';
import type { ProofStore } from './store.ts';
import { type TryCodeDeps, type TryCodeOutcome, tryCode } from './try-code.ts';

/**
 * The page where a code is typed, whatever it is for: what it shows, and what it answers. Its messages are `code.*`, its
 * parts stand in views/mixins/code-page.pug.
 */
export interface CodePageDeps extends TryCodeDeps, SendAgainDeps {
  proofs: Pick<ProofStore, 'find' | 'countTry'>;
  atomically: TryCodeDeps['atomically'] & SendAgainDeps['atomically'];
}

/** What its view is given. */
export interface CodePage {
  email: string;
  standing: Standing;
  /** How long until a new code may be asked for. */
  againInS: number;
  /** What another browser that opens the link has to be told. */
  number: string;
}

export interface CodeFlaw {
  error: 'wrong' | 'incomplete' | 'spent' | 'expired' | Wait['error'];
  count?: number;
}

const form = z.object({
  code: z.string().max(200).default(''),
  again: z.string().optional(),
});

export function codePage(
  { keys, now }: Pick<CodePageDeps, 'keys' | 'now'>,
  proof: AddressProof | undefined,
): CodePage {
  const [key] = keys.codeKeys;
  const at = now();
  if (!proof || !key) return { email: '', standing: 'expired', againInS: 0, number: '' };
  return {
    email: proof.email,
    standing: standingOf(proof, at),
    againInS: secondsUntil(proof.nextSendAt, at),
    number: numberOf(key, proof),
  };
}

/**
 * Reads what was posted, a code or the wish for a new one, and acts on it. `moved`: the proof stands elsewhere than
 * before, so its page is to be opened anew. A flaw has set the status of the answer.
 */
export async function answerCodePage(
  deps: CodePageDeps,
  ctx: Context,
  about: { id: string; purpose: Purpose; clientId: string },
): Promise<'moved' | 'sent' | CodeFlaw> {
  const { code: typed, again } = await readForm(ctx, form);
  const { id, purpose, clientId } = about;
  const circumstances = circumstancesOf(ctx, { clientId });
  const visitor = { ip: ctx.ip, marks: marksOf(ctx) };
  if (again === undefined) {
    return toldOfTry(ctx, await tryCode(deps, { id, purpose, typed, visitor }, circumstances));
  }
  const asked = await sendAgain(deps, { id, visitor }, circumstances);
  if (asked.outcome === 'wait') return mustWait(ctx, asked.waitS);
  return asked.outcome === 'sent' ? 'sent' : 'moved';
}

function toldOfTry(ctx: Context, tried: TryCodeOutcome): 'moved' | CodeFlaw {
  if (tried.outcome === 'proved' || tried.outcome === 'over') return 'moved';
  if (tried.outcome === 'wait') return mustWait(ctx, tried.waitS);
  ctx.status = 400;
  return tried.outcome === 'wrong'
    ? { error: 'wrong', count: tried.triesLeft }
    : { error: tried.outcome };
}
