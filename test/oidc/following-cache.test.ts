import type { Change } from '../../src/changes/change-feed.ts';
import { followingCache } from '../../src/oidc/following-cache.ts';

/** A feed that says what the test wants it to. */
function feed() {
  const listeners = new Set<(change: Change) => void>();
  const state = { fresh: true };
  return {
    state,
    say: (change: Change) => listeners.forEach((listener) => listener(change)),
    changes: {
      onChange(listener: (change: Change) => void) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
      isFresh: () => state.fresh,
    },
  };
}

function open(limits = { limit: 3, limitUnknown: 2 }) {
  const stored = new Map<string, string>();
  const asked: string[] = [];
  const heard = feed();
  const cache = followingCache<string>({
    kind: 'client',
    ...limits,
    changes: heard.changes,
    async load(id) {
      asked.push(id);
      const value = stored.get(id);
      await Promise.resolve();
      return value;
    },
  });
  return { ...heard, cache, stored, asked };
}

it('asks the store once for what is asked often', async () => {
  const { cache, stored, asked } = open();
  stored.set('a', 'one');
  expect([await cache.find('a'), await cache.find('a')]).toEqual(['one', 'one']);
  expect(asked).toEqual(['a']);
});

it('asks the store once for many who ask at the same time', async () => {
  const { cache, stored, asked } = open();
  stored.set('a', 'one');
  const answers = await Promise.all(Array.from({ length: 50 }, () => cache.find('a')));
  expect(new Set(answers)).toEqual(new Set(['one']));
  expect(asked).toEqual(['a']);
});

it('asks again after a change of that one, and of no other', async () => {
  const { cache, stored, asked, say } = open();
  stored.set('a', 'one').set('b', 'two');
  await Promise.all([cache.find('a'), cache.find('b')]);
  stored.set('a', 'other');
  say({ kind: 'client', id: 'a' });
  say({ kind: 'api', id: 'b' });
  expect([await cache.find('a'), await cache.find('b')]).toEqual(['other', 'two']);
  expect(asked).toEqual(['a', 'b', 'a']);
});

it('asks again for everything when the feed was away', async () => {
  const { cache, stored, asked, say } = open();
  stored.set('a', 'one');
  await cache.find('a');
  await cache.find('nobody');
  say({ kind: 'everything' });
  await cache.find('a');
  await cache.find('nobody');
  expect(asked).toEqual(['a', 'nobody', 'a', 'nobody']);
});

it('does not keep what changed while it was read', async () => {
  const { cache, stored, say } = open();
  stored.set('a', 'old');
  const answer = cache.find('a');
  stored.set('a', 'new');
  say({ kind: 'client', id: 'a' });
  await answer;
  expect(await cache.find('a')).toBe('new');
});

it('asks the store every time while the feed is not heard', async () => {
  const { cache, stored, asked, state } = open();
  stored.set('a', 'one');
  await cache.find('a');
  state.fresh = false;
  stored.set('a', 'two');
  expect(await cache.find('a')).toBe('two');
  expect(await cache.find('a')).toBe('two');
  expect(asked).toHaveLength(3);
});

it('remembers whom nobody knows, but a flood of them pushes out no one who is known', async () => {
  const { cache, stored, asked } = open();
  stored.set('a', 'one');
  await cache.find('a');
  for (let i = 0; i < 100; i += 1) await cache.find(`stranger-${i}`);
  await cache.find('stranger-99');
  await cache.find('a');
  expect(asked).toHaveLength(101);
});

it('lets go of the one that was not asked for longest', async () => {
  const { cache, stored, asked } = open();
  for (const id of ['a', 'b', 'c', 'd']) stored.set(id, id);
  for (const id of ['a', 'b', 'c']) await cache.find(id);
  await cache.find('a');
  await cache.find('d');
  asked.length = 0;
  for (const id of ['a', 'c', 'd', 'b']) await cache.find(id);
  expect(asked).toEqual(['b']);
});

it('keeps nothing of a failure', async () => {
  const { cache, stored } = open();
  const failing = followingCache<string>({
    kind: 'client',
    limit: 1,
    limitUnknown: 1,
    changes: feed().changes,
    load: () => (stored.has('a') ? cache.find('a') : Promise.reject(new Error('away'))),
  });
  await expect(failing.find('a')).rejects.toThrow('away');
  stored.set('a', 'one');
  expect(await failing.find('a')).toBe('one');
});
