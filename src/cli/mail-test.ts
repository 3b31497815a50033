import { randomUUID } from 'node:crypto';
import { brandOf } from '../brand/brand.ts';
import { LANGUAGES, isLanguage } from '../i18n/languages.ts';
import type { Delivery, Message } from '../mail/mailer.ts';
import { addressed } from '../mail/message.ts';
import { waysOut } from '../mail/open-mailer.ts';
import { letterWriter } from '../mail/templates.ts';
import type { Settings } from '../settings/settings.ts';
import { type Command, CommandFailed, UsageError } from './command.ts';
import { text } from './option-values.ts';

export const testMail: Command = {
  name: 'mail test',
  summary:
    'Send a mail to an address of yours by each way that the settings name, and tell what happened',
  takes: '<address>',
  options: {
    language: { type: 'string', describe: 'Of the mail', hint: Object.keys(LANGUAGES).join('|') },
  },
  async run({ positionals: [address = ''], values, settings: read, house, data }) {
    const settings = read();
    const message = testMessage(settings, address, text(values, 'language').language ?? 'en');
    const letterbox = {
      keep: async (mail: Message) => (await house()).letterbox.keep(mail),
    };
    const results: { way: string; delivery: Delivery }[] = [];
    for (const way of waysOut(settings, letterbox)) {
      if (!way) continue;
      // Each way sends a mail of its own: a server may know a mail that it has had.
      const delivery = await way.mailer.deliver({ ...message, id: randomUUID() });
      results.push({ way: way.name, delivery });
      await way.mailer.close();
    }
    const told = results.map(({ way, delivery }) => `${way}: ${sentence(delivery)}`).join('\n');
    if (results.some(({ delivery }) => delivery.outcome !== 'accepted'))
      throw new CommandFailed(told);
    data(results, told);
  },
};

function testMessage(settings: Settings, address: string, language: string): Message {
  if (!isLanguage(language))
    throw new UsageError(`--language is ${Object.keys(LANGUAGES).join(', ')}.`);
  const write = letterWriter({ brand: brandOf(settings), issuer: settings.ISSUER });
  const letter = write({ template: 'test', language, address, facts: {} });
  const message = letter && addressed(letter, { id: randomUUID(), address });
  if (!message) throw new UsageError('That is not an address that mail goes to.');
  return message;
}

function sentence(delivery: Delivery): string {
  if (delivery.outcome === 'accepted') return 'accepted.';
  const { outcome, why } = delivery;
  return outcome === 'refused' ? `refused for ever: ${why}` : `not for now: ${why}`;
}
