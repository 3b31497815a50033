import type { MailFacts, MailName, ProofLetter } from '../mail/facts.ts';

interface Sample<Name extends MailName = MailName> {
  template: Name;
  facts: Facts<Name>;
}

/** As at the moment of writing: what is kept, and what is made for a proof. */
type Facts<Name extends MailName> = MailFacts[Name] extends { proofId: string }
  ? Partial<ProofLetter>
  : MailFacts[Name];

/** Long, and with signs that mean something elsewhere. */
const LONG = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerk <b>Notes</b> & Söhne';

/** Every mail in each of its forms, by a name of its own. */
export const MAIL_SAMPLES = {
  'email-verification': sample('email-verification', proof('email-verification')),
  'email-verification-onward': sample('email-verification', {
    ...proof('email-verification'),
    application: 'Notes',
  }),
  'password-reset': sample('password-reset', proof('password-reset')),
  'password-reset-onward': sample('password-reset', {
    ...proof('password-reset'),
    application: LONG,
    minutes: 1,
  }),
  'sign-up-known-address': sample('sign-up-known-address', {}),
  welcome: sample('welcome', { name: 'Ada Lovelace' }),
  'welcome-nameless': sample('welcome', {}),
  'new-device': sample('new-device', {
    at: '2026-11-20T16:30:00.000Z',
    browser: 'Firefox · Linux',
    ip: '2001:db8:85a3::8a2e:370:7334',
    zone: 'Europe/Paris',
  }),
  'password-changed-owner': sample('password-changed', { by: 'owner' }),
  'password-changed-reset': sample('password-changed', { by: 'reset' }),
  'password-changed-cli': sample('password-changed', { by: 'cli' }),
  'refresh-token-replayed': sample('refresh-token-replayed', { application: 'Notes' }),
  test: sample('test', {}),
} as const satisfies Record<string, Sample>;

export type MailSample = keyof typeof MAIL_SAMPLES;

export function isMailSample(text: unknown): text is MailSample {
  return typeof text === 'string' && Object.hasOwn(MAIL_SAMPLES, text);
}

function sample<Name extends MailName>(template: Name, facts: Facts<Name>): Sample<Name> {
  return { template, facts };
}

/** Looks like one, and opens nothing. */
function proof(path: string): ProofLetter {
  return {
    code: '012345',
    link: `https://id.example.com/${path}/0e2d5f0e-6a52-4f6e-9b52-0a4f35a0f9d1.nothing-that-opens-anything`,
    minutes: 10,
  };
}
