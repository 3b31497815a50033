import { httpReceiver } from '../../src/logout-notices/receiver.ts';
import { isSpecialUse } from '../../src/oidc/special-use.ts';
import { type Receiver, openReceiver } from './receivers.ts';

const leadingHere = async () => ['127.0.0.1'];
const LEFT_ALONE = new AbortController().signal;

describe('who posts a logout token', () => {
  let canary: Receiver;
  beforeAll(async () => {
    canary = await openReceiver();
  });
  afterAll(() => canary.close());

  it.each([
    ['an address of this machine', 'http://127.0.0.1'],
    ['another spelling of it', 'http://2130706433'],
    ['the same in the newer family', 'http://[::1]'],
    ['the older family within the newer', 'http://[::ffff:127.0.0.1]'],
    ['a name that leads there', 'http://harmless.example'],
    ['the name of this machine', 'http://localhost'],
    ["the cloud's own address", 'http://169.254.169.254'],
  ])('begins no connection to %s', async (_what, place) => {
    const receiver = httpReceiver({ isForbidden: isSpecialUse, resolve: leadingHere });
    const { port } = new URL(canary.uri);
    const told = await receiver.tell(`${place}:${port}/logout`, 'token', LEFT_ALONE);
    expect(told).toEqual({ outcome: 'not-now', why: 'its address is one of an inner network' });
    expect(canary.connections()).toBe(0);
  });

  it('is led nowhere else', async () => {
    const leading = await openReceiver(
      (response) => void response.writeHead(307, { location: canary.uri }).end(),
    );
    const receiver = httpReceiver({ isForbidden: () => false });
    const told = await receiver.tell(leading.uri, 'token', LEFT_ALONE);
    expect(told).toEqual({ outcome: 'not-now', why: 'it answered 307' });
    expect(canary.connections()).toBe(0);
    await leading.close();
  });

  it('reads no answer without end', async () => {
    const endless = await openReceiver((response) => {
      const go = () => void (response.destroyed || response.write('x'.repeat(64 * 1024), go));
      go();
    });
    const receiver = httpReceiver({ isForbidden: () => false });
    const told = await receiver.tell(endless.uri, 'token', LEFT_ALONE);
    expect(told).toEqual({ outcome: 'accepted' });
    await endless.close();
  });
});
