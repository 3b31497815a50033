import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { transitEngine } from '../support/vault-transit.ts';
import { type VaultServer, openVaultServer } from '../support/vault-server.ts';

type Body = Record<string, unknown>;
type Answer = [status: number, body?: unknown];

export interface FreshVault {
  url: string;
  inner: VaultServer;
  /** What an administrator asked for, in order. */
  asked: string[];
  close(): Promise<void>;
}

/**
 * A Vault that nobody has set up: what an administrator does to it (paths of website/content/docs/api/system and
 * auth/approle.mdx; internal/http/sys_init.go with a seal that opens by itself), in front of our own Vault.
 */
export async function openFreshVault(): Promise<FreshVault> {
  const inner = await openVaultServer();
  inner.mount('transit/', transitEngine(), { type: 'transit' });
  const asked: string[] = [];
  const state = new Administered(inner);
  const server = createServer((incoming, response) => {
    void serve(incoming, response).catch(() => response.destroy());
  });

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (incoming.url ?? '').replace('/v1/', '');
    const sent = await text(incoming);
    const token = String(incoming.headers['x-vault-token'] ?? '');
    asked.push(`${incoming.method} ${path}`);
    const body: Body = sent ? JSON.parse(sent) : {};
    const own = state.answer(incoming.method ?? '', path, body, token);
    const [status, answer] = own ?? (await passedOn(incoming, state.translated(path, body)));
    response.writeHead(status).end(answer === undefined ? '' : JSON.stringify(answer));
  }

  async function passedOn({ method = 'GET', url, headers }: IncomingMessage, body: Body) {
    const own = { 'x-vault-token': headers['x-vault-token'] ?? '' };
    const sent = request(`${inner.url}${url}`, { method, headers: own });
    sent.end(method === 'GET' ? undefined : JSON.stringify(body));
    const [response]: IncomingMessage[] = await once(sent, 'response');
    const said = response ? await text(response) : '';
    const answer: Answer = [response?.statusCode ?? 500, said ? JSON.parse(said) : undefined];
    return answer;
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = Object(server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    inner,
    asked,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await inner.close();
    },
  };
}

class Administered {
  initialized = false;
  mounts: Body = { 'sys/': {} };
  ways: Body = { 'token/': {} };
  role: { roleId: string; secretId: string; named?: string } | undefined;
  readonly vault: VaultServer;

  constructor(vault: VaultServer) {
    this.vault = vault;
  }

  answer(method: string, path: string, body: Body, token: string): Answer | undefined {
    const open = this.openly(method, path, body);
    if (open) return open;
    if (!path.startsWith('sys/') && !path.startsWith('auth/approle/role/')) return undefined;
    if (!this.vault.tokens.entry(token)?.policies.includes('root')) {
      return [403, { errors: ['permission denied'] }];
    }
    return this.asRoot(path, body);
  }

  /** Without a token. */
  openly(method: string, path: string, body: Body): Answer | undefined {
    if (path === 'sys/seal-status') return [200, { type: 'static', sealed: !this.initialized }];
    if (path === 'sys/health') return [this.initialized ? 200 : 501, {}];
    if (path !== 'sys/init') return undefined;
    if (method === 'GET') return [200, { initialized: this.initialized }];
    if (this.initialized) return [400, { errors: ['OpenBao is already initialized'] }];
    if ('secret_shares' in body) return [400, { errors: ['parameters not applicable'] }];
    this.initialized = true;
    const root = this.vault.tokens.issue({ policies: ['root'] });
    return [200, { keys: [], recovery_keys: ['a1b2'], root_token: root }];
  }

  asRoot(path: string, body: Body): Answer {
    if (path === 'sys/mounts') return [200, this.mounts];
    if (path === 'sys/auth') return [200, this.ways];
    if (path === 'sys/mounts/transit') return this.made(this.mounts, 'transit/', body);
    if (path === 'sys/auth/approle') return this.made(this.ways, 'approle/', body);
    const policy = /^sys\/policies\/acl\/(\w+)$/.exec(path)?.[1];
    if (policy) {
      this.vault.policies.write(policy, rulesIn(String(body['policy'])));
      return [204];
    }
    return this.ofRole(path.replace(/^auth\/approle\/role\/\w+/, ''), body);
  }

  ofRole(act: string, body: Body): Answer {
    if (act === '') {
      const policies = Object(body['token_policies']);
      this.role = this.vault.tokens.role({ policies, ttlS: 3600, maxTtlS: 86_400 });
    }
    if (act === '/role-id' && this.role) this.role.named = String(body['role_id']);
    if (act === '/secret-id') return [200, { data: { secret_id: this.role?.secretId } }];
    return [204];
  }

  made(all: Body, name: string, body: Body): Answer {
    if (name in all) return [409, { errors: ['path is already in use'] }];
    all[name] = body;
    return [204];
  }

  /** Our own Vault knows the AppRole by another id. */
  translated(path: string, body: Body): Body {
    const login = path === 'auth/approle/login' && body['role_id'] === this.role?.named;
    return login ? { ...body, role_id: this.role?.roleId } : body;
  }
}

/** A policy in its own language, as far as ours goes. */
export function rulesIn(policy: string): Record<string, string[]> {
  const found = policy.matchAll(/path "([^"]+)" \{\s*capabilities = (\[[^\]]*\])\s*\}/g);
  return Object.fromEntries([...found].map(([, path, can = '[]']) => [path, JSON.parse(can)]));
}
