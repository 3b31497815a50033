import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type VaultAnswer,
  type VaultCall,
  type VaultEngine,
  inEnvelope,
  refusal,
} from './vault-answers.ts';
import { type VaultPolicies, vaultPolicies } from './vault-policies.ts';
import { type VaultTokens, vaultTokens } from './vault-tokens.ts';

/**
 * A Vault of our own, which answers as OpenBao's documentation and source say (named at each behaviour; paths under
 * website/content/docs/api, or of the source).
 */
export interface VaultServer {
  url: string;
  port: number;
  /** What it was asked, in order: "GET secret/data/app". */
  asked: string[];
  tokens: VaultTokens;
  policies: VaultPolicies;
  /** Everything under that path is answered by this engine; `details` are what is told of the mount. */
  mount(prefix: string, engine: VaultEngine, details?: MountDetails): void;
  /** How it is from now on; to a call that this is about, where one is given. */
  become(mood: VaultMood, about?: (call: VaultCall) => boolean): void;
  close(): Promise<void>;
}

export interface MountDetails {
  type: string;
  options?: Record<string, string>;
}

export type VaultMood =
  | 'well'
  | 'sealed'
  /** A standby that forwards nothing, and knows no active node. */
  | 'standby'
  /** A replica of the first kind, which a performance standby is to sys/health. */
  | 'performance-standby'
  /** Takes the request, and never answers. */
  | 'hang'
  | { slowMs: number }
  | 'reset'
  /** Every permission is lost. */
  | 'forbidden'
  | 'rubbish'
  /** Whatever a test wants to see. */
  | { answer: VaultAnswer };

export interface VaultServerOptions {
  /** 0: any that is free. */
  port?: number;
  tls?: { key: string; cert: string };
  /** Milliseconds; the age of tokens is counted in them. */
  now?: () => number;
  namespace?: string;
}

export async function openVaultServer(options: VaultServerOptions = {}): Promise<VaultServer> {
  const { now = () => performance.now(), tls } = options;
  const mounts = new Map<string, { engine: VaultEngine; details: MountDetails }>();
  const asked: string[] = [];
  const tokens = vaultTokens(now);
  const policies = vaultPolicies();
  let mood: VaultMood = 'well';
  let about: ((call: VaultCall) => boolean) | undefined;

  const mountOf = (path: string) =>
    [...mounts]
      .filter(([prefix]) => `${path}/`.startsWith(prefix))
      .toSorted(([one], [other]) => other.length - one.length)[0];

  /** internal/vault/request_handling.go: a token that is unknown, and one that may not, are answered alike. */
  async function answer(call: VaultCall): Promise<VaultAnswer> {
    if (call.path === 'auth/approle/login') return tokens.logIn(call.body);
    const entry = tokens.entry(call.token);
    if (!entry) return refusal(403, 'permission denied');
    if (call.path.startsWith('sys/internal/ui/mounts/')) return preflight(call, entry.policies);
    if (!policies.allow(entry.policies, call.method, call.path)) {
      return refusal(403, `1 error occurred:\n\t* permission denied\n\n`);
    }
    if (call.path.startsWith('auth/token/')) return tokens.answer(call);
    if (call.path === 'sys/capabilities-self') return capabilitiesOf(call, entry.policies);
    const found = mountOf(call.path);
    // internal/vault/routing/router.go
    if (!found) return refusal(404, `no handler for route "${call.path}". route entry not found.`);
    return found[1].engine({ ...call, path: call.path.slice(found[0].length) });
  }

  /** docs/api/system/capabilities-self.mdx */
  function capabilitiesOf({ body }: VaultCall, held: string[]): VaultAnswer {
    const paths = Array.isArray(body['paths']) ? body['paths'].map(String) : [];
    const data = Object.fromEntries(paths.map((path) => [path, policies.capabilities(held, path)]));
    return { status: 200, body: inEnvelope({ data }) };
  }

  /** docs/api/system/internal-ui-mounts.mdx; logical_system.go, pathInternalUIMountRead and hasMountAccess. */
  function preflight({ path }: VaultCall, held: string[]): VaultAnswer {
    const wanted = path.slice('sys/internal/ui/mounts/'.length);
    const found = mountOf(wanted);
    if (!found || !policies.reach(held, found[0])) {
      const why = `preflight capability check returned 403, please ensure client's policies grant access to path "${wanted}/"`;
      return refusal(403, why);
    }
    const [prefix, { details }] = found;
    return { status: 200, body: inEnvelope({ data: { options: null, ...details, path: prefix } }) };
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = await callIn(request);
    asked.push(`${call.method} ${call.path}`);
    const affected = about?.(call) === false ? 'well' : mood;
    if (affected === 'reset') return void request.socket.resetAndDestroy();
    if (affected === 'hang') return;
    await slowness(affected);
    if (call.path === 'sys/health') return reply(response, health(affected, call.query));
    const strange = namespaceOf(request) !== (options.namespace ?? '') && NO_NAMESPACE;
    reply(response, inMood(affected) ?? (strange || (await answer(call))));
  }

  const server = tls
    ? createTlsServer(tls, (request, response) => void serve(request, response))
    : createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const place = server.address();
  const port = typeof place === 'object' && place ? place.port : 0;
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    asked,
    tokens,
    policies,
    mount(prefix, engine, details = { type: prefix.split('/')[0] ?? '' }) {
      mounts.set(`${prefix.replace(/\/$/, '')}/`, { engine, details });
    },
    become(next, to) {
      mood = next;
      about = to;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const slowness = (mood: VaultMood) =>
  typeof mood === 'object' && 'slowMs' in mood ? sleep(mood.slowMs) : undefined;

const NO_NAMESPACE = refusal(404, 'no handler for route. route entry not found.');

/** What a whole server in that state answers, whatever is asked. */
function inMood(mood: VaultMood): VaultAnswer | undefined {
  if (typeof mood === 'object') return 'answer' in mood ? mood.answer : undefined;
  return MOODS[mood];
}

const MOODS: Partial<Record<string, VaultAnswer>> = {
  // sdk/helper/consts/error.go, ErrSealed
  sealed: refusal(503, 'Vault is sealed'),
  // internal/http/handler.go, respondStandby
  standby: refusal(503, 'no active Vault instance found'),
  // 473 of Vault's API documentation for sys/health; what it does not forward it answers like any standby.
  'performance-standby': refusal(503, 'no active Vault instance found'),
  forbidden: refusal(403, '1 error occurred:\n\t* permission denied\n\n'),
  rubbish: { status: 200, body: '<html><body>It works!</body></html>' },
};

/** docs/api/system/health.mdx: 200 active, 429 standby, 503 sealed; 473 for a performance standby (Vault). */
function health(mood: VaultMood, query: URLSearchParams): VaultAnswer {
  const sealed = mood === 'sealed';
  const standby = mood === 'standby' || mood === 'performance-standby';
  const codes = sealed
    ? [query.get('sealedcode'), 503]
    : mood === 'performance-standby'
      ? [query.get('perfstandbyok') === 'true' ? 200 : null, 473]
      : standby && query.get('standbyok') !== 'true'
        ? [query.get('standbycode'), 429]
        : [query.get('activecode'), 200];
  const status = Number(codes[0] ?? codes[1]);
  const server_time_utc = Math.floor(Date.now() / 1000);
  return {
    status,
    body: { initialized: true, sealed, standby, server_time_utc, version: '2.5.0' },
  };
}

async function callIn(request: IncomingMessage): Promise<VaultCall> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const text = Buffer.concat(chunks).toString();
  const url = new URL(request.url ?? '/', 'http://vault');
  const list = request.method === 'LIST' || url.searchParams.get('list') === 'true';
  return {
    method: list ? 'LIST' : (request.method ?? ''),
    path: decodeURIComponent(url.pathname).replace(/^\/v1\//, ''),
    query: url.searchParams,
    body: text ? Object(JSON.parse(text)) : {},
    token: tokenOf(request),
  };
}

/** docs/api/index.mdx: the header of its own, or a bearer token. */
function tokenOf({ headers }: IncomingMessage): string {
  const own = headers['x-vault-token'];
  const bearer = /^bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];
  return (Array.isArray(own) ? own[0] : own) ?? bearer ?? '';
}

function namespaceOf({ headers }: IncomingMessage): string {
  return String(headers['x-vault-namespace'] ?? '').replace(/\/$/, '');
}

function reply(response: ServerResponse, { status, body }: VaultAnswer): void {
  response.writeHead(status, {
    'cache-control': 'no-store',
    'content-type': typeof body === 'string' ? 'text/html' : 'application/json',
  });
  response.end(typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body));
}
