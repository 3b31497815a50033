/**
 * Every secret that this test file has seen: what it sent and what it was answered. A house searches its whole log
 * for them when it closes, so that each journey of the suite is also a proof that nothing leaks there.
 */
const used = new Map<string, string>();

/** Shorter ones stand in a log by chance. */
const SHORTEST = 12;

export function noteSecret(name: string, value: unknown): void {
  if (typeof value === 'string' && value.length >= SHORTEST) used.set(value, name);
}

export function noteExchange(exchange: {
  url: string;
  sent: { authorization?: unknown; body?: string | undefined };
  received: { headers: Headers; text: string };
}): void {
  const { url, sent, received } = exchange;
  noteSecret('authorization', sent.authorization);
  noteParameters(sent.body ?? '');
  for (const address of [url, received.headers.get('location') ?? '']) {
    noteSecret('an interaction', /\/interaction\/([\w-]+)/.exec(address)?.[1]);
    noteParameters(new URL(address, 'http://x').search);
  }
  for (const line of received.headers.getSetCookie()) {
    noteSecret(`the cookie ${line.split('=')[0]}`, /=([^;]*)/.exec(line)?.[1]);
  }
  for (const [, name = '', value] of received.text.matchAll(/"(\w*token|\w*secret)":"([^"]+)"/g)) {
    noteSecret(name, value);
  }
}

/** Of what is said in the text, the names of the secrets. */
export function secretsIn(text: string): string[] {
  const found = [...used].filter(
    ([secret]) => text.includes(secret) || text.includes(encodeURIComponent(secret)),
  );
  return found.map(([, name]) => name);
}

const SECRET_FIELDS =
  /^(password|new_password|code|refresh_token|token|client_secret|code_verifier|id_token_hint|client_assertion|state)$/;

function noteParameters(text: string): void {
  for (const [name, value] of new URLSearchParams(text)) {
    if (SECRET_FIELDS.test(name)) noteSecret(name, value);
  }
}
