import { createAccount } from '../accounts/create-account.ts';
import type { TypedProfile } from '../accounts/profile.ts';
import { type Command, type CommandCall, CommandFailed } from './command.ts';
import { sentenceFor } from './flaw-sentences.ts';

export const createUser: Command = {
  name: 'user create',
  summary: 'Make a person who can sign in; the password is asked for',
  takes: '<e-mail>',
  options: {
    username: { type: 'string', describe: 'A name to sign in with, beside the address' },
    'given-name': { type: 'string', describe: 'First name' },
    'family-name': { type: 'string', describe: 'Last name' },
    phone: { type: 'string', describe: 'With country code: +33123456789', hint: 'number' },
    birthdate: { type: 'string', describe: 'YYYY-MM-DD', hint: 'date' },
    picture: { type: 'string', describe: 'Address of a picture', hint: 'https URL' },
    locale: { type: 'string', describe: 'Language: fr or fr-CA', hint: 'tag' },
    zoneinfo: { type: 'string', describe: 'Time zone: Europe/Paris', hint: 'name' },
    verified: { type: 'boolean', describe: 'You vouch that the address is theirs' },
    admin: { type: 'boolean', describe: 'May administer this server' },
  },
  async run({ positionals: [email = ''], values, house, askSecret, data }) {
    const deps = await house();
    const username = values['username'];
    const wish = {
      email,
      ...(typeof username === 'string' && { username }),
      profile: typedProfile(values),
      ...(values['verified'] === true && { emailVerifiedAt: deps.now() }),
      admin: values['admin'] === true,
      password: await askSecret(`Password for ${email}`),
      by: 'cli' as const,
    };
    const made = await createAccount(deps, wish, { actor: 'cli' });
    switch (made.outcome) {
      case 'created':
        return data({ id: made.id, email }, `Made ${email} (${made.id}).`);
      case 'email-taken':
        throw new CommandFailed('Somebody has that e-mail address already.');
      case 'username-taken':
        throw new CommandFailed('Somebody has that user name already.');
      case 'flawed':
        throw new CommandFailed(made.flaws.map(sentenceFor).join('\n'));
    }
  },
};

const FIELDS = {
  'given-name': 'givenName',
  'family-name': 'familyName',
  phone: 'phone',
  birthdate: 'birthdate',
  picture: 'picture',
  locale: 'locale',
  zoneinfo: 'zoneinfo',
} as const;

function typedProfile(values: CommandCall['values']): TypedProfile {
  const typed: TypedProfile = {};
  for (const [option, field] of Object.entries(FIELDS)) {
    const value = values[option];
    if (typeof value === 'string') typed[field] = value;
  }
  return typed;
}
