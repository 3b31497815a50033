import { resealKeys } from '../keys/reseal.ts';
import type { Command } from './command.ts';

export const resealSecret: Command = {
  name: 'secret reseal',
  summary: 'Seal what is kept under the newest GATEHOUSE_SECRET, so that the older can go',
  async run({ house, data }) {
    const opened = await house();
    const { encryption } = opened.keys;
    const { resealed } = await resealKeys({ ...opened, encryption, by: { actor: 'cli' } });
    const text =
      resealed > 0
        ? `Sealed anew: ${resealed}. The older secrets can go from GATEHOUSE_SECRET once every process has the newest.`
        : 'Nothing was sealed under an older secret.';
    data({ resealed }, text);
  },
};
