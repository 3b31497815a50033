import { setTimeout as wait } from 'node:timers/promises';
import { Crowded, openGate } from '../../src/http/gate.ts';
import { timeOf } from '../support/stopwatch.ts';

const stays = () => {};
const ample = { atOnce: 2, longest: 100, patienceMs: 2000 };

describe('a gate', () => {
  it('lets so many in, and the next in the order of their coming as others leave', async () => {
    const gate = openGate(ample);
    const [first, second] = [await gate.enter(stays), await gate.enter(stays)];
    const came: string[] = [];
    const later = ['third', 'fourth', 'fifth'].map(async (name) => {
      const leave = await gate.enter(stays);
      came.push(name);
      return leave;
    });
    expect(gate.crowd()).toEqual({ inside: 2, waiting: 3, turnedAway: 0 });
    first?.();
    second?.();
    (await later[0])?.();
    await Promise.all(later);
    expect(came).toEqual(['third', 'fourth', 'fifth']);
    for (const leave of later.slice(1)) (await leave)?.();
    expect(gate.crowd()).toEqual({ inside: 0, waiting: 0, turnedAway: 0 });
  });

  it('turns away at once whoever finds the line full', async () => {
    const gate = openGate({ ...ample, longest: 3 });
    const answers = await within(
      50,
      Array.from({ length: 10 }, () => gate.enter(stays)),
    );
    expect(answers.filter((answer) => answer instanceof Crowded)).toHaveLength(5);
    expect(gate.crowd()).toEqual({ inside: 2, waiting: 3, turnedAway: 5 });
  });

  it('turns away at once whoever would wait longer than anybody may, and says for how long', async () => {
    const gate = openGate({ ...ample, patienceMs: 200 });
    // So long does one take here.
    for (let times = 0; times < 100; times += 1) await takes(gate, 5);
    const answers = await within(
      20,
      Array.from({ length: 200 }, () => gate.enter(stays)),
    );
    const turnedAway = answers.filter((answer) => answer instanceof Crowded);
    expect(turnedAway.length).toBeGreaterThan(50);
    expect(turnedAway.length).toBeLessThan(198);
    expect(new Set(turnedAway.map(({ retryAfterS }) => retryAfterS))).toEqual(new Set([1]));
  });

  it('lets nobody wait longer where those inside got slow', async () => {
    const gate = openGate({ ...ample, patienceMs: 50 });
    await Promise.all([gate.enter(stays), gate.enter(stays)]);
    const ms = await timeOf(() => expect(gate.enter(stays)).rejects.toThrow(Crowded));
    expect(ms).toBeLessThan(500);
    expect(gate.crowd()).toEqual({ inside: 2, waiting: 0, turnedAway: 1 });
  });

  it('lets others be heard between those who never wait themselves', async () => {
    const gate = openGate({ ...ample, atOnce: 1 });
    const leave = await gate.enter(stays);
    const done: string[] = [];
    const line = ['one', 'two', 'three'].map(async (name) => {
      const out = await gate.enter(stays);
      done.push(name);
      out?.();
    });
    setImmediate(() => done.push('somebody else'));
    leave?.();
    await Promise.all(line);
    expect(done.indexOf('somebody else')).toBeLessThan(2);
    expect(done).toHaveLength(4);
  });

  it('forgets who went away while waiting', async () => {
    const gate = openGate({ ...ample, atOnce: 1 });
    const leave = await gate.enter(stays);
    let go = stays;
    const impatient = gate.enter((listener) => (go = listener));
    const patient = gate.enter(stays);
    go();
    expect(await impatient).toBeUndefined();
    leave?.();
    (await patient)?.();
    expect(gate.crowd()).toEqual({ inside: 0, waiting: 0, turnedAway: 0 });
  });
});

/** What each has come to by then: inside, turned away, or nothing yet. */
async function within(ms: number, entering: Promise<unknown>[]): Promise<unknown[]> {
  const late = wait(ms).then(() => 'waits');
  return Promise.all(
    entering.map((one) => Promise.race([one.catch((error: unknown) => error), late])),
  );
}

async function takes(gate: ReturnType<typeof openGate>, ms: number): Promise<void> {
  const leave = await gate.enter(stays);
  await wait(ms);
  leave?.();
}
