import { errorPage } from '../../src/http/error-page.ts';

const shown = (reason: 'too-many' | 'away', retryAfter: string) => {
  const seen: Record<string, unknown>[] = [];
  const show = errorPage((_ctx, _view, locals = {}) => void seen.push(locals));
  show(Object({ response: { get: () => retryAfter }, state: {} }), { reason, requestId: 'x' });
  return seen[0]?.['wait'];
};

it.each([
  ['31', { error: 'wait-seconds', count: 31 }],
  ['600', { error: 'wait-minutes', count: 10 }],
  ['86400', { error: 'wait-hours', count: 24 }],
  ['', undefined],
])('says how long to wait where that is known: %j', (header, wait) => {
  expect(shown('too-many', header)).toEqual(wait);
});

it('promises nothing where a part of the server is away', () => {
  expect(shown('away', '2')).toBeUndefined();
});
