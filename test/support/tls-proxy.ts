import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificate {
  cert: string;
  key: string;
}

/** For localhost, vouched for by nobody but itself. Undefined where there is no openssl. */
export function makeCertificate(days: number): Certificate | undefined {
  const home = mkdtempSync(join(tmpdir(), 'gatehouse-certificate-'));
  const [key, cert] = [join(home, 'key.pem'), join(home, 'cert.pem')];
  const words = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost
    -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -days ${days} -keyout ${key} -out ${cert}`;
  const { status } = spawnSync('openssl', words.split(/\s+/), { stdio: 'ignore' });
  const made = status === 0 && { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
  rmSync(home, { recursive: true });
  return made || undefined;
}

/** What the proxy does to a request's headers, and to an answer's. */
export interface ProxyManner {
  toServer: (headers: IncomingHttpHeaders) => OutgoingHttpHeaders;
  toBrowser?: (headers: OutgoingHttpHeaders) => OutgoingHttpHeaders;
}

export const WELL_BEHAVED: ProxyManner = {
  toServer: (headers) => ({
    ...headers,
    'x-forwarded-for': '203.0.113.9',
    'x-forwarded-proto': 'https',
  }),
};

/** Ends TLS in front of a server, in whatever manner is set. */
export interface TlsProxy {
  port: number;
  manner: ProxyManner;
  close(): Promise<void>;
}

export async function openTlsProxy(certificate: Certificate, to: () => number): Promise<TlsProxy> {
  const server = createServer(certificate, (incoming, answer) => {
    const onward = request(
      {
        host: '127.0.0.1',
        port: to(),
        method: incoming.method,
        path: incoming.url,
        headers: proxy.manner.toServer(incoming.headers),
        agent: false,
      },
      (reply) => {
        const headers: OutgoingHttpHeaders = reply.headers;
        answer.writeHead(reply.statusCode ?? 502, proxy.manner.toBrowser?.(headers) ?? headers);
        reply.pipe(answer);
      },
    );
    onward.on('error', () => answer.writeHead(502).end());
    incoming.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const proxy: TlsProxy = {
    port: typeof address === 'object' && address ? address.port : 0,
    manner: WELL_BEHAVED,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => void server.close(() => resolve()));
    },
  };
  return proxy;
}
