/** Asks OpenBao one thing. What it answers with an error is thrown, in its own words. */
export type Ask = (
  method: 'GET' | 'POST',
  path: string,
  call?: { token?: string; body?: object },
) => Promise<Record<string, unknown>>;

const PATIENCE_MS = 10_000;

export function askAt(address: string): Ask {
  return async (method, path, { token, body } = {}) => {
    const answer = await fetch(`${address}/v1/${path}`, {
      method,
      signal: AbortSignal.timeout(PATIENCE_MS),
      redirect: 'error',
      headers: token === undefined ? {} : { 'x-vault-token': token },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) {
      // Its errors name paths and policies, never what was sent.
      throw new Error(`OpenBao answers ${method} ${path} with ${answer.status}: ${text.trim()}`);
    }
    return text === '' ? {} : Object(JSON.parse(text));
  };
}
