import { EventEmitter, once } from 'node:events';
import type { Mailer } from '../../src/mail/mailer.ts';
import { openPostman } from '../../src/mail/postman.ts';

const mailer: Mailer = {
  deliver: async () => ({ outcome: 'accepted' }),
  close: async () => {},
};

it('leaves a mail that takes its time to itself, and lets it end before it goes home', async () => {
  const ends = new EventEmitter();
  const sent: string[] = [];
  const postman = openPostman(async (id) => {
    if (id === 'slow') await once(ends, id);
    sent.push(id);
  }, mailer);
  await postman.carry('slow');
  await postman.carry('quick');
  expect(sent).toEqual(['quick']);
  const closed = postman.close();
  ends.emit('slow');
  await closed;
  expect(sent).toEqual(['quick', 'slow']);
});

it('takes no more than a dozen slow mails beside each other', async () => {
  const ends = new EventEmitter();
  ends.setMaxListeners(20);
  const postman = openPostman(() => once(ends, 'end'), mailer);
  await Promise.all(Array.from({ length: 12 }, () => postman.carry('slow')));
  const order: string[] = [];
  const thirteenth = async () => {
    await postman.carry('slow');
    order.push('the thirteenth');
  };
  const all = thirteenth();
  await new Promise(setImmediate);
  order.push('the end');
  ends.emit('end');
  await all;
  expect(order).toEqual(['the end', 'the thirteenth']);
});

it('tells a failure that comes at once, and keeps a later one to itself', async () => {
  const ends = new EventEmitter();
  const postman = openPostman(async (id) => {
    if (id === 'later') await once(ends, id);
    throw new Error('the database is away');
  }, mailer);
  await expect(postman.carry('now')).rejects.toThrow('away');
  await postman.carry('later');
  ends.emit('later');
  await expect(postman.close()).resolves.toBeUndefined();
});
