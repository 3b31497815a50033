import type { LookupAddress } from 'node:dns';
import { rememberedAddress } from '../../src/keys/remembered-address.ts';

type Said = LookupAddress[] | { code: string } | 'nothing';

const HERE: LookupAddress[] = [{ address: '192.0.2.1', family: 4 }];
const THERE: LookupAddress[] = [{ address: '192.0.2.2', family: 4 }];

/** A name server that says these one after the other. */
function lookUp(...answers: Said[]) {
  const found = rememberedAddress((_host, _options, callback) => {
    const said = answers.shift() ?? 'nothing';
    if (said === 'nothing') return;
    if (Array.isArray(said)) callback(null, said);
    else callback(Object.assign(new Error(said.code), said), []);
  });
  return (all = true) =>
    new Promise((resolve) => {
      found('vault.example', { all }, (error, address) => resolve(error?.code ?? address));
    });
}

it('is asked for each time, so that a name may lead elsewhere', async () => {
  const find = lookUp(HERE, THERE, THERE);
  expect([await find(), await find()]).toEqual([HERE, THERE]);
  expect(await find(false)).toBe('192.0.2.2');
});

it.each<[string, Said]>([
  ['cannot say', { code: 'EAI_AGAIN' }],
  ['says nothing', 'nothing'],
])('is the last one while the name server %s', async (_what, said) => {
  const find = lookUp(HERE, said, said, THERE);
  expect([await find(), await find(), await find(false)]).toEqual([HERE, HERE, '192.0.2.1']);
  expect(await find()).toEqual(THERE);
});

it('is none where the name is said to be gone, or never was known', async () => {
  const find = lookUp({ code: 'EAI_AGAIN' }, HERE, { code: 'ENOTFOUND' });
  expect([await find(), await find(), await find()]).toEqual(['EAI_AGAIN', HERE, 'ENOTFOUND']);
});
