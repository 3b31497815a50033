import { argon2Hasher, hashesAtOnce } from '../../src/passwords/argon2-hasher.ts';
import { boundedWork } from '../../src/passwords/bounded-work.ts';
import { TooBusy } from '../../src/passwords/hasher.ts';

describe('the hasher', () => {
  const hasher = argon2Hasher({ atOnce: 2 });

  it('makes argon2id hashes of 19 MiB and two passes, each with its own salt', async () => {
    const [first, second] = await Promise.all([
      hasher.hash('a password'),
      hasher.hash('a password'),
    ]);
    expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,p=1,t=2\$/);
    expect(first).not.toBe(second);
    expect(await hasher.verify('a password', first)).toBe(true);
    expect(await hasher.verify('b password', first)).toBe(false);
    expect(hasher.isOutdated(first)).toBe(false);
  });

  it('knows hashes of other parameters, and still checks them', async () => {
    const older = argon2Hasher({
      atOnce: 1,
      parameters: { memoryCost: 4096, timeCost: 3, parallelism: 1 },
    });
    const hash = await older.hash('a password');
    expect(hasher.isOutdated(hash)).toBe(true);
    expect(await hasher.verify('a password', hash)).toBe(true);
  });

  it('answers no where there is no hash', async () => {
    expect(await hasher.verify('nobody', undefined)).toBe(false);
  });

  it('leaves libuv a thread, and every process at least one hash', () => {
    expect(hashesAtOnce(1)).toBeLessThanOrEqual(3);
    expect(hashesAtOnce(1000)).toBe(1);
  });
});

describe('a flood of a hundred', () => {
  it('runs so many at once, lets two seconds of work wait, refuses the rest at once', async () => {
    let running = 0;
    let most = 0;
    const bounded = boundedWork({ atOnce: 2, queueMs: 500, guessMs: 50 });
    const release: (() => void)[] = [];
    const work = () =>
      bounded(async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise<void>((resolve) => release.push(resolve));
        running -= 1;
      });
    const answers = Array.from({ length: 100 }, () =>
      work().then(
        () => 'done',
        (error: unknown) => error,
      ),
    );
    const refused = answers.slice(22);
    const faults = await Promise.all(refused);
    expect(faults.every((fault) => fault instanceof TooBusy)).toBe(true);
    expect(faults[0]).toMatchObject({ retryAfterS: 1 });

    let done = 0;
    while (done < 22) {
      release.shift()?.();
      await new Promise(setImmediate);
      done = (await Promise.all(answers.slice(0, 22).map(settled))).filter(Boolean).length;
    }
    expect(most).toBe(2);
    await expect(boundedOnce(bounded)).resolves.toBe('again');
  });

  it('costs the memory of those at work alone, and gives every place back', async () => {
    const hasher = argon2Hasher({ atOnce: 2, queueMs: 2000 });
    await hasher.hash('warm it up');
    const before = process.memoryUsage.rss();
    let peak = before;
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage.rss());
    }, 5);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 400 }, () => hasher.hash('a flood of passwords')),
    );
    clearInterval(watch);
    const done = outcomes.filter(({ status }) => status === 'fulfilled').length;
    expect(done).toBeGreaterThan(2);
    expect(done).toBeLessThan(400);
    expect((peak - before) / 2 ** 20).toBeLessThan(100);
    await expect(hasher.hash('after the flood')).resolves.toContain('$argon2id$');
  });
});

it('work that fails gives its place back', async () => {
  const bounded = boundedWork({ atOnce: 1, queueMs: 100, guessMs: 10 });
  const fail = () => bounded(() => Promise.reject(new Error('no')));
  await Promise.allSettled([fail(), fail(), fail()]);
  await expect(boundedOnce(bounded)).resolves.toBe('again');
});

function boundedOnce(bounded: ReturnType<typeof boundedWork>): Promise<string> {
  return bounded(async () => 'again');
}

async function settled(answer: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending');
  return (await Promise.race([answer, Promise.resolve(pending)])) !== pending;
}
