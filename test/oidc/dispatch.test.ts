import { type Asked, type Facts, type Progress, nextStep } from '../../src/oidc/dispatch.ts';

const person = { accountId: 'a', signOutVersion: 1, remember: false, amr: ['pwd'], at: 0 };
const here: Facts = { signedIn: true };
const nobody: Facts = { signedIn: false };
const login: Asked = { prompt: 'login', reasons: ['no_session'] };
const select: Asked = { prompt: 'select_account', reasons: ['select_account_prompt'] };
const scopes: Asked = { prompt: 'consent', reasons: ['native_client_prompt', 'op_scopes_missing'] };
const seen: Asked = { prompt: 'consent', reasons: ['native_client_prompt', 'claimable_redirect'] };

describe('the next step', () => {
  it.each<[string, Asked, Progress, Facts, ReturnType<typeof nextStep>]>([
    ['a stranger signs in', login, {}, nobody, 'sign-in'],
    ['who proved to be who is done', login, { person }, nobody, 'finish'],
    ['a known person confirms with the password', login, {}, here, 'sign-in'],
    [
      'having agreed elsewhere is no password',
      login,
      { agreed: true, continued: true },
      here,
      'sign-in',
    ],
    ['choosing among accounts shows the one that is signed in', select, {}, here, 'continue-as'],
    ['choosing the account that is signed in is done', select, { continued: true }, here, 'finish'],
    ['choosing another account asks for it', select, { another: true }, here, 'sign-in'],
    ['choosing among no accounts asks for one', select, {}, nobody, 'sign-in'],
    ['new permissions are asked for', scopes, {}, here, 'consent'],
    ['having gone on is no agreement', scopes, { continued: true }, here, 'consent'],
    ['agreed is done', scopes, { agreed: true }, here, 'finish'],
    [
      'somebody else at the consent page signs in first',
      scopes,
      { another: true },
      here,
      'sign-in',
    ],
    ['and begins anew afterwards', scopes, { another: true, person }, here, 'finish'],
    ['a consent for nobody asks who it is', scopes, { agreed: true }, nobody, 'sign-in'],
    ['a redirect that others could claim is seen first', seen, {}, here, 'continue-as'],
    [
      'having agreed to permissions is not having seen it',
      seen,
      { agreed: true },
      here,
      'continue-as',
    ],
    ['seen is done', seen, { continued: true }, here, 'finish'],
    ['somebody else at that page signs in first', seen, { another: true }, here, 'sign-in'],
  ])('%s', (_sentence, asked, progress, facts, step) => {
    expect(nextStep(asked, progress, facts)).toBe(step);
  });

  it('refuses a prompt that it does not know', () => {
    expect(() => nextStep({ prompt: 'create', reasons: [] }, {}, here)).toThrow('create');
  });
});
