import { MAIL_SAMPLES } from '../../src/development/mail-samples.ts';
import { LANGUAGES } from '../../src/i18n/languages.ts';
import { MAIL_NAMES, letterWriter } from '../../src/mail/templates.ts';
import { type TestHouse, openTestHouse } from '../support/house.ts';

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse();
});
afterAll(() => house.close());

const get = (path: string, headers = {}) => fetch(`${house.issuer}${path}`, { headers });
const samples = Object.entries(MAIL_SAMPLES);

it('there is a sample of every mail', () => {
  const shown = new Set<string>(samples.map(([, { template }]) => template));
  expect([...shown].toSorted()).toEqual([...MAIL_NAMES].toSorted());
});

it.each(Object.keys(LANGUAGES))(
  'all of them are shown in %s, boxed in frames',
  async (language) => {
    const answer = await get(`/letterbox/templates?in=${language}`);
    expect(answer.headers.get('content-security-policy')).toContain("frame-src 'self'");
    const page = await answer.text();
    const frames = [...page.matchAll(/<iframe[^>]*>/g)].map(([frame]) => frame);
    expect(frames).toHaveLength(2 * samples.length);
    for (const frame of frames) {
      expect(frame).toContain(' sandbox="allow-popups allow-popups-to-escape-sandbox"');
      const [, source = ''] = /src="([^"]+)"/.exec(frame) ?? [];
      const letter = await get(source);
      const policy = letter.headers.get('content-security-policy');
      expect(policy).toMatch(
        /^sandbox [^;]*; default-src 'none'; style-src 'unsafe-inline'; frame/,
      );
      expect(policy).not.toMatch(/allow-scripts|allow-same-origin|script-src/);
      const html = await letter.text();
      expect(html).toContain(`lang="${language}"`);
      expect(html).toContain(`name="color-scheme" content="${source.split('/').at(-1)}"`);
      expect(html).not.toContain('prefers-color-scheme');
    }
  },
);

it('the plain text stands beside it', async () => {
  const write = letterWriter({ brand: house.house.brand, issuer: house.issuer });
  const mail = { ...MAIL_SAMPLES.welcome, language: 'ru', address: 'ada.lovelace@example.com' };
  const page = await (await get('/letterbox/templates?in=ru')).text();
  expect(page).toContain(write(mail)?.text.trim().split('\n')[2]);
});

it.each([
  '/letterbox/templates/welcome/en/sepia',
  '/letterbox/templates/welcome/xx/dark',
  '/letterbox/templates/constructor/en/dark',
])('nothing is at %s', async (path) => {
  expect((await get(path)).status).toBe(404);
});

it.each(['/letterbox/templates', '/letterbox/templates/welcome/en/dark'])(
  'no proxy and no tunnel shows %s',
  async (path) => {
    expect((await get(path)).status).toBe(200);
    expect((await get(path, { Via: '1.1 tunnel' })).status).toBe(404);
    expect((await get(path, { Forwarded: 'for=203.0.113.7' })).status).toBe(404);
  },
);

const put = async (template: 'email-verification' | 'welcome', to: string) => {
  const write = letterWriter({ brand: house.house.brand, issuer: house.issuer });
  const link = `${house.issuer}/email-verification/one.two`;
  const facts = { code: '012345', link, minutes: 10, name: 'Ada' };
  const letter = write({ template, language: 'en', address: to, facts });
  if (!letter) throw new Error('not written');
  await house.house.letterbox.keep({ id: crypto.randomUUID(), to, ...letter });
  return link;
};

describe('the letterbox', () => {
  it('says what would be there', async () => {
    expect(await (await get('/letterbox')).text()).toContain('the mail will be here');
  });

  it('shows codes to be copied, links to be opened, and only those of an address', async () => {
    const link = await put('email-verification', 'one@example.com');
    await put('welcome', 'two@example.com');
    const all = await (await get('/letterbox')).text();
    expect(all).toContain('data-copies="012345"');
    expect(all).toContain(`href="${link}"`);
    const two = await (await get('/letterbox?to=TWO@example.com')).text();
    expect(two).toContain('Welcome to Gatehouse');
    expect(two).not.toContain('data-copies');
    const nobody = await (await get('/letterbox?to=%3Cb%3Enobody')).text();
    expect(nobody).toContain('No mail to &lt;b&gt;nobody.');
  });

  it('leads nowhere that only looks like a link of ours', async () => {
    const text = 'Gatehouse\n\n    012345\n\nhttps://evil.example/email-verification/one.two\n';
    const id = crypto.randomUUID();
    const mail = { id, to: 'three@example.com', subject: '012345', text, html: '' };
    await house.house.letterbox.keep(mail);
    const page = await (await get(`/letterbox/${id}`)).text();
    expect(page).toContain('data-copies="012345"');
    expect(page).not.toContain('href="https://evil');
  });
});
