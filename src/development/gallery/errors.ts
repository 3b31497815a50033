import { REASONS } from '../../http/cannot-go-on.ts';
import type { States } from './gallery.ts';

const WAY_BACK = 'https://notes.atlas.example/callback';

/** Every reason, and what developers are told besides. */
export const errors: States = {
  'error/error': {
    ...Object.fromEntries(REASONS.map((reason) => [reason, { reason }])),
    'too-many-minutes': { reason: 'too-many', wait: { error: 'wait-minutes', count: 12 } },
    'bad-request-explained': {
      reason: 'bad-request',
      developer: {
        error: 'invalid_request',
        description: "missing required parameter 'code_challenge'",
        facts: [],
      },
    },
    'wrong-way-back-explained': {
      reason: 'wrong-way-back',
      developer: {
        error: 'invalid_redirect_uri',
        description:
          "redirect_uri did not match any of the client's registered redirect_uris; the path differs",
        facts: [
          { name: 'received', values: [`${WAY_BACK}/`] },
          { name: 'registered', values: [WAY_BACK, 'http://127.0.0.1/callback'] },
        ],
        command: `npx gatehouse client update atlas \\\n  --redirect-uri ${WAY_BACK}/`,
      },
    },
  },
};
