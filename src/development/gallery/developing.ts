import type { Reader, States } from './gallery.ts';

const AT = new Date('2026-11-20T16:30:00Z');
const mail =
  (id: string, subject: string) =>
  ({ language }: Reader) => ({
    id,
    to: 'camille@example.com',
    subject,
    at: AT,
    when: new Intl.DateTimeFormat(language, {
      dateStyle: 'medium',
      timeStyle: 'medium',
      timeZone: 'UTC',
    }).format(AT),
    text: `${subject}\n\nA mail that reads the same in plain text.\n\n--\n\nWhy it came.\n`,
  });
/** Its frame shows another sample in the place of a letter. */
const CHANGED = mail('../gallery/sign-out/done/done/alone?', 'Your Gatehouse password was changed');
const REPLAYED = mail('2', 'An old sign-in of Atlas Notes was used again');
const PROOF = (reader: Reader) => ({
  ...mail('../gallery/sign-out/done/done/alone?', '012345 is your Gatehouse code')(reader),
  code: '012345',
  link: '/email-verification/one.two',
});
const READERS = ['camille@example.com', 'ada.lovelace@example.com'];

const check = (name: string, found: string, passed = true) => ({ name, found, passed });
const checks = (passed: boolean) => [
  check('signature', 'kid bJ3vNlEHk0o', passed),
  check('algorithm', 'RS256'),
  check('issuer', 'http://localhost:3000'),
  check('audience', 'demo'),
  check('client', 'demo'),
  check('type', 'at+jwt'),
  check('subject', '5b1c2a5e-4f0a-4a50-9c55-0d2f0b6b8a11'),
  check('nonce', 'vS9kZ1u3'),
  check('issued', '2026-11-20T16:30:00.000Z'),
  check('expiry', '2026-11-20T17:30:00.000Z', passed),
];
const token = (name: string, passed = true) => ({
  name,
  raw: `eyJhbGciOiJSUzI1NiJ9.${'eyJpc3MiOiJodHRw'.repeat(20)}.${'c2lnbmF0dXJl'.repeat(20)}`,
  header: { alg: 'RS256', kid: 'bJ3vNlEHk0o' },
  payload: {
    iss: 'http://localhost:3000',
    sub: '5b1c2a5e-4f0a-4a50-9c55-0d2f0b6b8a11',
    aud: 'demo',
  },
  checks: checks(passed),
});
const received = {
  layout: 'wide',
  verified: true,
  canRefresh: true,
  tokens: [token('id'), token('access')],
};

/** What development alone shows. */
export const developing: States = {
  'development/demo': {
    empty: { verified: false },
    refused: { problem: { name: 'refused' } },
    lost: { problem: { name: 'lost' } },
    failed: { problem: { name: 'failed', detail: 'server_error: a part of the server is away' } },
    verified: received,
    'not-verified': { ...received, verified: false, tokens: [token('id'), token('access', false)] },
    refreshed: {
      ...received,
      refreshes: 2,
      me: { sub: '5b1c2a5e-4f0a-4a50-9c55-0d2f0b6b8a11', email: 'camille@example.com' },
    },
    'refresh-failed': { ...received, canRefresh: false, problem: { name: 'failed' } },
  },
  'development/letterbox': {
    empty: { layout: 'wide', mails: [], addresses: [] },
    none: { layout: 'wide', mails: [], addresses: READERS, to: 'nobody@example.com' },
    one: (reader) => ({ layout: 'wide', mails: [CHANGED(reader)], addresses: READERS }),
    many: (reader) => ({
      layout: 'wide',
      elsewhere: true,
      mails: Array.from({ length: 12 }, (_, at) => (at % 2 ? PROOF : REPLAYED)(reader)),
      addresses: READERS,
    }),
  },
  'development/letterbox-mail': {
    one: (reader) => ({ layout: 'wide', mail: CHANGED(reader) }),
    proof: (reader) => ({ layout: 'wide', mail: PROOF(reader) }),
  },
  'development/mail-templates': {
    some: ({ language }) => ({
      layout: 'wide',
      shown: language,
      languages: [
        { code: 'en', name: 'English' },
        { code: 'fr', name: 'Français' },
      ],
      samples: [{ name: 'welcome', subject: 'Welcome to Gatehouse', text: 'Welcome\n' }],
    }),
  },
  'development/gallery': {
    some: {
      layout: 'wide',
      folders: [
        {
          name: 'sign-in',
          views: [
            {
              name: 'sign-in/sign-in',
              states: [{ name: 'empty', href: '/gallery/sign-in/sign-in/empty' }],
            },
          ],
        },
      ],
    },
  },
  'development/gallery-state': {
    first: {
      layout: 'wide',
      view: 'sign-out/done',
      state: 'done',
      next: '/gallery/error/error/not-found',
      choices: [{ name: 'language', options: [{ name: 'en', href: '?', chosen: true }] }],
      frames: ['phone', 'desk'].flatMap((size) =>
        ['light', 'dark'].map((scheme) => ({
          size,
          scheme,
          src: '/gallery/sign-out/done/done/alone',
        })),
      ),
    },
  },
};
