import * as jose from 'jose';
import { BACKENDS, type TestHouse, openTestHouse } from '../support/house.ts';
import { type ServerProcess, spawnServer } from '../support/server-process.ts';
import { type Application, application, authorize, field, signIn, within } from './application.ts';

/** More of them prove more: PROVE_ROUNDS=100. */
const ROUNDS = Number(process.env['PROVE_ROUNDS'] ?? 3);
const CALLERS = 20;

describe.each(BACKENDS)('two processes of one server (%s)', (backend) => {
  const secret = Buffer.alloc(32, 7).toString('base64');
  let house: TestHouse;
  let servers: ServerProcess[];
  let app: Application;
  beforeAll(async () => {
    house = await openTestHouse({ backend, env: { GATEHOUSE_SECRET: secret } });
    const env = {
      DATABASE_URL: house.settings.DATABASE_URL,
      ...(backend === 'redis' && { REDIS_URL: process.env['TEST_REDIS'] }),
      GATEHOUSE_SECRET: secret,
      LOG_LEVEL: 'error',
    };
    servers = [
      await spawnServer({ issuer: house.issuer, env }),
      await spawnServer({ issuer: house.issuer, env }),
    ];
    await Promise.all(servers.map((server) => server.ready()));
    app = await application(house, { firstParty: true });
  }, 60_000);
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await house.close();
  });

  /** Half of the callers at each process, all at once. */
  const storm = (fields: Record<string, string>) =>
    Promise.all(Array.from({ length: CALLERS }, (_, i) => ask(i, fields)));
  async function ask(i: number, fields: Record<string, string>) {
    const server = servers[i % servers.length];
    if (!server) throw new Error('no server');
    const basic = Buffer.from(`${app.id}:${app.secret}`).toString('base64');
    return server.ask('/token', {
      body: new URLSearchParams(fields),
      headers: { authorization: `Basic ${basic}` },
    });
  }

  it('give all who refresh at once one pair, and the successor works at both', async () => {
    const { tokens } = await signIn(app);
    let value = String(tokens.refresh_token);
    for (let round = 0; round < ROUNDS; round += 1) {
      const answers = await storm({ grant_type: 'refresh_token', refresh_token: value });
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      expect(new Set(answers.map((answer) => field(answer, 'access_token'))).size).toBe(1);
      const successors = new Set(answers.map((answer) => field(answer, 'refresh_token')));
      expect(successors.size).toBe(1);
      [value = ''] = successors;
    }
    const { gid } = jose.decodeJwt(tokens.access_token);
    const where = { grantId: String(gid), consumedAt: null };
    expect(await house.house.db.refreshToken.count({ where })).toBe(1);
  }, 600_000);

  it('have one winner for a code', async () => {
    const { browser, person } = await signIn(app);
    for (let round = 0; round < ROUNDS; round += 1) {
      const { answer, verifier } = await authorize(app, { browser, person });
      const answers = await storm({
        grant_type: 'authorization_code',
        code: String(answer.searchParams.get('code')),
        redirect_uri: app.redirectUri,
        code_verifier: verifier,
      });
      const outcomes = answers.map((one) => field(one, 'error') || String(one.status));
      expect(outcomes.toSorted()).toEqual([
        '200',
        ...Array.from({ length: CALLERS - 1 }, () => 'invalid_grant'),
      ]);
    }
  }, 600_000);

  it('both hear of a revocation, and of a disabled person, within a second', async () => {
    const { tokens, person } = await signIn(app);
    const alive = async () => {
      const answers = await Promise.all(
        servers.map((server) =>
          server.ask('/me', { headers: { authorization: `Bearer ${tokens.access_token}` } }),
        ),
      );
      return answers.map(({ status }) => status);
    };
    expect(await alive()).toEqual([200, 200]);
    await house.house.accounts.disable(person.id, house.now());
    expect(await within(1000, async () => (await alive()).every((status) => status === 401))).toBe(
      true,
    );
  });

  it("print nothing of the library's", () => {
    for (const server of servers) {
      expect(`${server.stdout()}${server.stderr()}`).not.toMatch(/oidc-provider|NOTICE|WARNING/);
    }
  });
});
