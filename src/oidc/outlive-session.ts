import type { Context } from 'koa';
import type { Provider } from 'oidc-provider';

/**
 * A new password ends every session, that of its own browser too, and the library ends what was begun in a session with
 * it. Whoever has just proved to be somebody needs the old one for nothing: their interaction goes on without. Answers
 * whether it had one.
 */
export async function outliveSession(
  { provider, now }: { provider: Provider; now: () => Date },
  ctx: Context,
): Promise<boolean> {
  const interaction = await provider.Interaction.find(String(ctx['params'].uid));
  if (!interaction?.session) return false;
  interaction.session = undefined;
  await interaction.save(interaction.exp - Math.floor(now().getTime() / 1000));
  return true;
}
