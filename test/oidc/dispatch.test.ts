import {
  type Asked,
  type Facts,
  type Progress,
  type Step,
  nextStep,
  opening,
} from '../../src/oidc/dispatch.ts';

const person = {
  accountId: 'a',
  signOutVersion: 1,
  addressProved: true,
  remember: false,
  amr: ['pwd'],
  at: 0,
};
const old = { ...person, passwordExpired: true };
const unproved = { ...person, addressProved: false };
const here: Facts = { signedIn: true };
const nobody: Facts = { signedIn: false };
const login: Asked = { prompt: 'login', reasons: ['no_session'] };
const create: Asked = { prompt: 'create', reasons: ['create_prompt'] };
const select: Asked = { prompt: 'select_account', reasons: ['select_account_prompt'] };
const scopes: Asked = { prompt: 'consent', reasons: ['native_client_prompt', 'op_scopes_missing'] };
const seen: Asked = { prompt: 'consent', reasons: ['native_client_prompt', 'claimable_redirect'] };

const signUp = { id: 'p', purpose: 'sign-up' } as const;
const reset = { id: 'p', purpose: 'reset' } as const;
const verify = { id: 'p', purpose: 'verify' } as const;
const proved = { proofId: 'p', email: 'you@example.com' };

describe('the next step', () => {
  it.each<[string, Asked, Progress, Facts, ReturnType<typeof nextStep>]>([
    ['a stranger signs in', login, {}, nobody, 'sign-in'],
    ['who proved to be who is done', login, { person }, nobody, 'finish'],
    [
      'a password that is too old is changed first',
      login,
      { person: old },
      nobody,
      'password-expiry',
    ],
    [
      'and after the address was proved',
      login,
      { person: { ...old, addressProved: false } },
      nobody,
      'email-verification',
    ],
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
    [
      'a right password for an address that is not proved opens nothing',
      login,
      { person: unproved },
      nobody,
      'email-verification',
    ],
    [
      'whatever else was wished for',
      scopes,
      { person: unproved, agreed: true, wants: 'sign-up' },
      here,
      'email-verification',
    ],
    ['who would like an account begins with the address', create, {}, nobody, 'sign-up'],
    ['even while somebody is signed in', create, {}, here, 'sign-up'],
    ['and may sign in instead', create, { wants: 'sign-in' }, nobody, 'sign-in'],
    ['who has one now is done', create, { person }, nobody, 'finish'],
    ['a stranger may make an account instead', login, { wants: 'sign-up' }, nobody, 'sign-up'],
    [
      'then proves the address',
      login,
      { wants: 'sign-up', proof: signUp },
      nobody,
      'email-verification',
    ],
    [
      'then says who it is',
      login,
      { wants: 'sign-up', proof: signUp, proved },
      nobody,
      'sign-up/details',
    ],
    [
      'having proved another address is not having proved this one',
      login,
      { wants: 'sign-up', proof: { ...signUp, id: 'q' }, proved },
      nobody,
      'email-verification',
    ],
    [
      'having proved nothing that is being proved is nothing',
      login,
      { wants: 'sign-up', proved },
      nobody,
      'sign-up',
    ],
    [
      'a proof for a password makes no account',
      create,
      { proof: reset, proved },
      nobody,
      'sign-up',
    ],
    [
      'a proof for an account gives no password',
      login,
      { wants: 'password-reset', proof: signUp, proved },
      nobody,
      'password-reset',
    ],
    [
      'who forgot the password begins with the address',
      login,
      { wants: 'password-reset' },
      nobody,
      'password-reset',
    ],
    [
      'then proves it',
      login,
      { wants: 'password-reset', proof: reset },
      nobody,
      'password-reset/code',
    ],
    [
      'then chooses a password',
      login,
      { wants: 'password-reset', proof: reset, proved },
      nobody,
      'password-reset/new-password',
    ],
    [
      'a proof after the password does not replace it',
      login,
      { proof: verify, proved },
      nobody,
      'sign-in',
    ],
    [
      'a proof is no password for who wants to sign in',
      login,
      { wants: 'sign-in', proof: reset, proved },
      nobody,
      'sign-in',
    ],
    [
      'somebody else at the consent page may make an account',
      scopes,
      { another: true, wants: 'sign-up' },
      here,
      'sign-up',
    ],
  ])('%s', (_sentence, asked, progress, facts, step) => {
    expect(nextStep(asked, progress, facts)).toBe(step);
  });

  it('refuses a prompt that it does not know', () => {
    expect(() => nextStep({ prompt: 'dance', reasons: [] }, {}, here)).toThrow('dance');
  });
});

describe('a step that is opened out of turn', () => {
  const entrances: Step[] = ['sign-in', 'sign-up', 'password-reset'];
  const later: Step[] = [
    'email-verification',
    'sign-up/details',
    'password-reset/code',
    'password-reset/new-password',
    'continue-as',
    'consent',
  ];

  it.each<[string, Asked, Progress, Facts]>([
    ['nothing is done', login, {}, nobody],
    ['an account is asked for', create, {}, here],
    ['a code is waited for', login, { wants: 'sign-up', proof: signUp }, nobody],
    [
      'a code for a password is waited for',
      login,
      { wants: 'password-reset', proof: reset },
      nobody,
    ],
    ['the password is right and the address not proved', login, { person: unproved }, nobody],
  ])('every way in is open while %s', (_sentence, asked, progress, facts) => {
    for (const step of entrances) {
      expect(opening(step, asked, progress, facts)).toEqual({ wants: step, person: undefined });
    }
  });

  it.each<[string, Asked, Progress, Facts]>([
    ['an address is proved', login, { wants: 'sign-up', proof: signUp, proved }, nobody],
    ['a password may be chosen', login, { wants: 'password-reset', proof: reset, proved }, nobody],
    ['somebody has signed in', login, { person }, nobody],
    ['somebody is asked to agree', scopes, {}, here],
    ['somebody is shown whom an application meets', seen, {}, here],
  ])('no way in is open once %s', (_sentence, asked, progress, facts) => {
    for (const step of [...entrances, ...later]) {
      expect(opening(step, asked, progress, facts)).toBeUndefined();
    }
  });

  it('a later step is never opened first', () => {
    for (const step of later) expect(opening(step, login, {}, nobody)).toBeUndefined();
    for (const step of later) expect(opening(step, create, {}, here)).toBeUndefined();
  });

  it('the code that somebody went away from is open, and no other', () => {
    const away: Progress = { wants: 'sign-in', proof: signUp };
    expect(later.filter((step) => opening(step, login, away, nobody))).toEqual([
      'email-verification',
    ]);
    expect(opening('email-verification', login, away, nobody)).toEqual({
      wants: 'sign-up',
      person: undefined,
    });
    const reseting: Progress = { wants: 'sign-up', proof: reset };
    expect(later.filter((step) => opening(step, login, reseting, nobody))).toEqual([
      'password-reset/code',
    ]);
    const verifying: Progress = { wants: 'sign-in', proof: verify };
    expect(later.filter((step) => opening(step, login, verifying, nobody))).toEqual([]);
  });
});
