/** What every page with a code is given (proofs/code-page.ts), by what happened on it. */
const page = { email: 'camille@example.com', standing: 'pending', againInS: 0, number: '42' };

export const CODE_PAGES = {
  sent: { ...page, againInS: 27 },
  'may-send-again': page,
  resent: { ...page, againInS: 60, sent: true },
  wrong: { ...page, error: 'wrong', count: 3 },
  'wrong-once-more': { ...page, error: 'wrong', count: 1, againInS: 12 },
  incomplete: { ...page, error: 'incomplete' },
  'too-late': { ...page, error: 'expired' },
  spent: { ...page, standing: 'spent', error: 'spent' },
  'spent-and-waiting': { ...page, standing: 'spent', againInS: 118 },
  'wait-seconds': { ...page, error: 'wait-seconds', count: 41 },
  'wait-minutes': { ...page, error: 'wait-minutes', count: 5 },
  'wait-hours': { ...page, error: 'wait-hours', count: 21 },
  long: {
    ...page,
    email: 'hubert.blaine.wolfeschlegelsteinhausenbergerdorff@philadelphia.example',
    againInS: 300,
  },
};

/** Why a code can no longer be typed. */
export const ENDED_PAGES = Object.fromEntries(
  ['expired', 'void', 'taken-over', 'used'].map((standing) => [standing, { ...page, standing }]),
);
