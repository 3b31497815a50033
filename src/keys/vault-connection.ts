import http from 'node:http';
import https from 'node:https';
import type { Vault } from '../vault/vault.ts';
import { rememberedAddress } from './remembered-address.ts';

/** Only what may be asked twice without harm: a reading, or a signature. */
export interface VaultQuestion {
  method: 'GET' | 'POST';
  /** Behind /v1/. */
  path: string;
  body?: object;
  signal: AbortSignal;
}

export interface VaultAnswer {
  status: number;
  /** Undefined where it was not JSON. */
  body: unknown;
}

export interface VaultConnection {
  ask(question: VaultQuestion & { token: string }): Promise<VaultAnswer>;
  close(): void;
}

/** Idle connections are given up well before Vault does (`http_idle_timeout`, 5 minutes). */
const IDLE_MS = 60_000;
const MAX_BYTES = 1_048_576;

/** Connections that stay open: a TLS handshake for every signature would cost more than the signature. */
export function vaultConnection(
  { address, namespace, ca }: Pick<Vault, 'address' | 'namespace' | 'ca'>,
  maxSockets: number,
): VaultConnection {
  const secure = address.startsWith('https:');
  const pool = {
    keepAlive: true,
    maxSockets,
    timeout: IDLE_MS,
    scheduling: 'lifo' as const,
    lookup: rememberedAddress(),
  };
  const agent = secure ? new https.Agent({ ...pool, ca }) : new http.Agent(pool);
  const request = secure ? https.request : http.request;

  const once = ({ method, path, token, body, signal }: VaultQuestion & { token: string }) =>
    new Promise<VaultAnswer>((resolve, reject) => {
      const sent = body && JSON.stringify(body);
      const asked = request(`${address}/v1/${path}`, {
        method,
        agent,
        signal,
        headers: {
          'X-Vault-Token': token,
          'X-Vault-Request': 'true',
          ...(namespace && { 'X-Vault-Namespace': namespace }),
          ...(sent && {
            'Content-Type': 'application/json',
            'Content-Length': Buffer.byteLength(sent),
          }),
        },
      });
      asked.on('error', (error) => reject(asked.reusedSocket ? new Stale(error) : error));
      asked.on('response', (response) => void whole(response).then(resolve, reject));
      asked.end(sent);
    });

  return {
    async ask(asked) {
      try {
        return await once(asked);
      } catch (error) {
        // Vault had closed that connection meanwhile.
        if (error instanceof Stale && !asked.signal.aborted) return once(asked);
        throw error instanceof Stale ? error.cause : error;
      }
    },
    close: () => agent.destroy(),
  };
}

class Stale extends Error {
  constructor(cause: Error) {
    super(cause.message, { cause });
  }
}

async function whole(response: http.IncomingMessage): Promise<VaultAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes > MAX_BYTES) {
      response.destroy();
      throw new Error('The answer is too long.');
    }
    chunks.push(part);
  }
  return { status: response.statusCode ?? 0, body: parsed(Buffer.concat(chunks).toString()) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
