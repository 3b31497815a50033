import type { States } from './gallery.ts';
import type { Translate } from '../../i18n/translate.ts';
import { ACTION, ATLAS, CAMILLE, LONG, WOLFE } from './samples.ts';

const asked = { action: ACTION, door: ATLAS, person: CAMILLE };

const scope = (t: Translate, name: string, isNew = false) => ({
  title: t(`consent.scopes.${name}.title`),
  text: t(`consent.scopes.${name}.text`),
  isNew,
});

const said = (title: string, isNew = false) => ({ title, isNew });

const unknown = (t: Translate) => ({
  title: t('consent.scopes.unknown.title', { scope: 'notes:reindex' }),
  text: t('consent.scopes.unknown.text'),
  isNew: false,
});

/** Agreeing. */
export const consent: States = {
  'consent/consent': {
    one: ({ t }) => ({ ...asked, asks: [{ asks: [scope(t, 'openid')] }] }),
    some: ({ t }) => ({
      ...asked,
      door: { ...ATLAS, policyUri: 'https://atlas.example/privacy' },
      asks: [{ asks: ['openid', 'profile', 'email'].map((name) => scope(t, name)) }],
    }),
    apis: ({ t }) => ({
      ...asked,
      awayDays: 90,
      asks: [
        { asks: ['openid', 'email', 'offline_access'].map((name) => scope(t, name)) },
        { api: 'Atlas API', asks: [said('Read your notebooks'), said('Change your notebooks')] },
        { api: 'https://calendar.example/', asks: [unknown(t)] },
      ],
    }),
    widened: ({ t }) => ({
      ...asked,
      since: 'widened',
      asks: [
        { asks: [scope(t, 'openid'), scope(t, 'email', true)] },
        {
          api: 'Atlas API',
          asks: [said('Read your notebooks'), said('Change your notebooks', true)],
        },
      ],
    }),
    unchanged: ({ t }) => ({
      ...asked,
      since: 'unchanged',
      asks: [{ asks: [scope(t, 'openid'), scope(t, 'email')] }],
    }),
    nothing: { ...asked, asks: [] },
    many: ({ t }) => ({
      ...asked,
      person: WOLFE,
      awayDays: 1,
      door: {
        ...LONG,
        policyUri: 'https://atlas.example/privacy',
        tosUri: 'https://atlas.example/terms',
      },
      asks: [
        {
          asks: ['openid', 'profile', 'email', 'phone', 'offline_access'].map((name) =>
            scope(t, name),
          ),
        },
        ...['Atlas API', LONG.name, `https://${LONG.host}/`].map((api) => ({
          api,
          asks: [said('Read your notebooks'), said('Change your notebooks'), unknown(t)],
        })),
      ],
    }),
  },
};
