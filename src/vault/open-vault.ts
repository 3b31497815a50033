import { type Control, openControl } from './control.ts';
import { LOOK, type Lease, leaseIn, lookIn, loginBy } from './logins.ts';
import { openRenewal } from './renewal.ts';
import { resting } from './rest.ts';
import { type Vault, type VaultAccess, VaultAway, VaultRefused } from './vault.ts';

export interface VaultDeps {
  log: VaultLog;
  /** Milliseconds that never go back. */
  now?: () => number;
  /** Does it later; answers how to call it off. */
  later?: (work: () => void, ms: number) => () => void;
  /** What one answer may take. */
  patienceMs?: number;
}

export interface VaultLog {
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Nothing is asked before the first need. */
export function openVault(access: VaultAccess, deps: VaultDeps): Vault {
  const control = openControl(access, deps.patienceMs);
  const { token, refused, close } = openTokens(access, control, deps);
  return {
    address: access.address,
    namespace: access.namespace,
    ca: access.ca,
    token,
    refused,
    async ask(request) {
      const first = await token();
      try {
        return await control({ ...request, token: first });
      } catch (error) {
        if (!(error instanceof VaultRefused)) throw error;
        const second = await refused(first).catch(() => {
          throw error;
        });
        return control({ ...request, token: second });
      }
    },
    async look() {
      const answer = control({ ...LOOK, token: await token() });
      return lookIn(
        await answer.catch((error: unknown) => {
          if (error instanceof VaultRefused) return undefined;
          throw error;
        }),
      );
    },
    close,
  };
}

/** How often a token file is looked at. */
const GLANCE_MS = 1000;

/** The token of now, and what happens when it is refused. */
function openTokens(
  access: VaultAccess,
  control: Control,
  { log, now = () => performance.now(), later = laterUnheld }: VaultDeps,
) {
  const login = loginBy(access.login, control);
  const rest = resting(now);
  let lease: Lease | undefined;
  let glancedAt = -Infinity;
  const renewal = openRenewal({
    renew: async (token) => leaseIn(await control({ ...RENEW, token }), RENEW.path),
    instead: login.instead,
    onChange: (renewed) => void (lease = renewed),
    onRefused: refused,
    later,
    log,
  });

  function begin(fresh: Lease): void {
    lease = fresh;
    renewal.begin(fresh);
  }

  const obtain = sharing(async () => begin(await login.obtain()));
  const glance = sharing(async () => {
    glancedAt = now();
    const seen = await login.glance?.();
    if (seen && seen !== lease?.token) begin(await login.obtain());
  });
  const replace = sharing(async () => {
    const dead = lease?.token ?? '';
    if (rest.isOn()) throw alarm();
    rest.begin();
    const other = await login.instead(dead).catch((error: unknown) => {
      rest.wasInVain();
      throw error;
    });
    if (!other) throw alarm();
    log.warn({}, 'Vault refused its token: logged in again');
    begin(other);
  });

  function alarm(): VaultRefused {
    const error = new VaultRefused(REFUSED[access.login.by]);
    if (rest.mayCry()) log.error({ err: error }, 'Vault refuses what is asked of it');
    return error;
  }

  async function current(): Promise<string> {
    if (!lease) await obtain();
    else if (login.glance && now() - glancedAt > GLANCE_MS) await glance().catch(unusable);
    if (!lease) throw new VaultAway('Vault has given no token yet.');
    return lease.token;
  }

  function unusable(error: unknown): void {
    log.warn({ err: error }, 'the new token of VAULT_TOKEN_FILE cannot be used yet');
  }

  async function refused(dead: string): Promise<string> {
    if (lease?.token === dead) await replace();
    return current();
  }

  return { token: current, refused, close: () => renewal.end() };
}

const RENEW = { method: 'POST', path: 'auth/token/renew-self', body: {} } as const;

const REFUSED: Record<VaultAccess['login']['by'], string> = {
  token:
    'Vault refuses VAULT_TOKEN: it has ended, or its policies lack something. Give another one.',
  'token-file':
    'Vault refuses the token of VAULT_TOKEN_FILE: it has ended, or its policies lack something. Whatever writes that file has to renew it.',
  approle:
    'Vault refuses a token that it has just given: the policies of the AppRole lack something.',
};

function laterUnheld(work: () => void, ms: number): () => void {
  const timer = setTimeout(work, ms).unref();
  return () => clearTimeout(timer);
}

/** Whoever comes while it is under way waits for the same. */
function sharing(work: () => Promise<void>): () => Promise<void> {
  let underWay: Promise<void> | undefined;
  return () => (underWay ??= work().finally(() => (underWay = undefined)));
}
