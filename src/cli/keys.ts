import { keyLifetimes } from '../keys/key-lifetimes.ts';
import { type RevokeKeyOutcome, revokeEveryKey, revokeKey } from '../keys/revoke.ts';
import { rotateNow } from '../keys/rotate.ts';
import { standings } from '../keys/rotation.ts';
import { type House, keyCare } from '../furnish.ts';
import { inColumns } from './columns.ts';
import { type Command, CommandFailed, UsageError } from './command.ts';

export const listKeys: Command = {
  name: 'keys list',
  summary: 'List the keys that sign tokens, with what each is for now',
  async run({ house, data }) {
    const keys = await shownKeys(await house());
    const rows = keys.map(({ kid, state, signsFrom, revokedAt, transitKey }) => [
      kid,
      state,
      revokedAt ? `revoked ${revokedAt.toISOString()}` : `signs from ${signsFrom.toISOString()}`,
      transitKey === undefined ? 'local' : `Vault ${transitKey}`,
    ]);
    data(
      keys,
      inColumns(rows).join('\n') || 'There is no key: the server makes them at its start.',
    );
  },
};

export const rotateKeys: Command = {
  name: 'keys rotate',
  summary: 'Let the next key take over, as soon as every application can know it',
  async run({ house, data }) {
    const open = await house();
    const { kid, signsFrom } = await rotateNow(careOf(open));
    const text =
      signsFrom <= open.now()
        ? `Key ${kid} signs now.`
        : `Key ${kid} signs from ${signsFrom.toISOString()}: until then applications may hold a /jwks without it.`;
    data({ kid, signsFrom }, text);
  },
};

export const revokeKeys: Command = {
  name: 'keys revoke',
  summary: 'Take a key out at once: every token that it signed is refused',
  takes: '[kid]',
  options: {
    every: {
      type: 'boolean',
      describe: 'Every key, and begin with new ones; also when GATEHOUSE_SECRET is lost',
    },
  },
  async run({ positionals: [kid], values, house, data }) {
    const every = values['every'] === true;
    if (every === (kid !== undefined)) throw new UsageError('Say which key, or --every.');
    const open = await house();
    const revoked = kid === undefined ? await revokeAll(open) : await revokeOne(open, kid);
    const signs = (await shownKeys(open)).find(({ state }) => state === 'current')?.kid;
    data({ revoked, signs }, `Revoked ${revoked.join(', ') || 'nothing'}. Key ${signs} signs now.`);
  },
};

async function revokeAll(house: House): Promise<string[]> {
  return (await revokeEveryKey(careOf(house))).revoked;
}

const REFUSALS: Record<Exclude<RevokeKeyOutcome, 'revoked'>, string> = {
  'already-revoked': 'That key is revoked already.',
  'unknown-key': 'There is no such key; see: gatehouse keys list',
};

async function revokeOne(house: House, kid: string): Promise<string[]> {
  const outcome = await revokeKey(careOf(house), kid);
  if (outcome !== 'revoked') throw new CommandFailed(REFUSALS[outcome]);
  return [kid];
}

async function shownKeys({ signingKeys, settings, now }: House) {
  const all = standings(await signingKeys.list(), keyLifetimes(settings), now());
  return all.map(
    ({ key: { kid, createdAt, signsFrom, revokedAt, transitKey }, state, maySign }) => ({
      kid,
      state,
      createdAt,
      signsFrom,
      ...(revokedAt && { revokedAt }),
      ...(transitKey !== undefined && { transitKey }),
      maySign,
    }),
  );
}

const careOf = (house: House) => keyCare(house, { actor: 'cli' });
