import nodeVault from 'node-vault';
import {
  type VaultAccess,
  VaultAway,
  VaultFault,
  VaultRefused,
  type VaultRequest,
} from './vault.ts';

/** Asks Vault one thing with that token, or without one to log in. */
export type Control = (request: VaultRequest & { token?: string }) => Promise<unknown>;

/** What one answer may take. */
const PATIENCE_MS = 5000;

/**
 * The client reads the environment by itself (VAULT_SKIP_VERIFY, VAULT_PREFIX) and tells all it sends under DEBUG: both
 * are taken from it. Its errors hold the request, token included, and go no further than here.
 */
export function openControl(
  { address, namespace, ca }: Omit<VaultAccess, 'login'>,
  patienceMs = PATIENCE_MS,
): Control {
  const options = {
    endpoint: address,
    ...(namespace && { namespace }),
    rpDefaults: { strictSSL: true },
    requestOptions: { ...(ca && { ca }) },
    debug: () => {},
  };
  const client = nodeVault(options);
  client.token = '';
  Reflect.set(client, 'pathPrefix', '');
  Reflect.set(client, 'namespace', namespace ?? '');
  return async ({ method, path, body, token }) => {
    const late = new AbortController();
    try {
      const answer: unknown = await Promise.race([
        client.request({
          method,
          path: `/${path}`,
          headers: token ? { 'X-Vault-Token': token } : {},
          timeout: patienceMs,
          ...(ca && { ca }),
          ...(body && { json: body }),
        }),
        tooLate(patienceMs, late.signal),
      ]);
      return understood(answer, path);
    } catch (error) {
      throw error instanceof VaultAway || error instanceof VaultFault
        ? error
        : judged(error, address, path);
    } finally {
      late.abort();
    }
  };
}

function tooLate(ms: number, signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const timer = setTimeout(
      () => reject(new VaultAway(`Vault did not answer in ${ms / 1000} seconds.`)),
      ms,
    );
    signal.addEventListener('abort', () => clearTimeout(timer));
  });
}

/** 204 has no body. Whatever is not an object was not said by Vault. */
function understood(answer: unknown, path: string): unknown {
  if (answer === '' || answer === undefined) return undefined;
  if (typeof answer === 'object' && answer !== null) return answer;
  throw rubbish(path);
}

const rubbish = (path: string) =>
  new VaultFault(
    `What answers at VAULT_ADDR for ${path} is no Vault. Correct VAULT_ADDR: https://host:8200, without a path.`,
    { status: 0 },
  );

function judged(error: unknown, address: string, path: string): Error {
  const { response, code, message }: Record<string, unknown> = Object(error);
  const { statusCode, body }: Record<string, unknown> = Object(response);
  if (typeof statusCode === 'number') return byStatus(statusCode, body, path);
  const why = String(code ?? message);
  if (CERTIFICATE.test(why)) {
    return new VaultFault(
      `The certificate of ${address} is not trusted (${why}). Set VAULT_CACERT to the file of its authority.`,
      { status: 0 },
    );
  }
  return new VaultAway(`Vault cannot be reached at ${address} (${why}).`);
}

const CERTIFICATE =
  /^(CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|ERR_TLS_CERT|HOSTNAME_MISMATCH|ERR_SSL)/;

/** https://openbao.org/docs/api/#http-status-codes; 412, 472 and 473 are Vault's own for replicas and standbys. */
const FOR_NOW = new Set([408, 412, 429, 472, 473]);

function byStatus(status: number, body: unknown, path: string): Error {
  const said = saidBy(body);
  const what = said ? `${status}: ${said}` : String(status);
  if (status >= 500 || FOR_NOW.has(status)) {
    return new VaultAway(`Vault cannot serve now (${what}).`);
  }
  if (status === 403) return new VaultRefused(`Vault refuses ${path} (${what}).`);
  if (said === undefined && !isEmpty(body)) return rubbish(path);
  return new VaultFault(`Vault answers ${path} with ${what}.`, { status, body });
}

/** The first of `errors`, in one line: it may go to the log. Undefined where the answer is none of Vault's. */
function saidBy(body: unknown): string | undefined {
  const { errors }: Record<string, unknown> = Object(body);
  if (!Array.isArray(errors)) return undefined;
  return errors
    .filter((one) => typeof one === 'string')
    .join('; ')
    .replaceAll(/\s+/g, ' ')
    .slice(0, 300);
}

/** A deleted version of a secret is a 404 with data and no errors. */
function isEmpty(body: unknown): boolean {
  return body === '' || body === undefined || (typeof body === 'object' && body !== null);
}
