import { type Vault, VaultAway, VaultFault, VaultRefused } from '../vault/vault.ts';
import { faultIn } from './transit-answers.ts';
import { type VaultAnswer, type VaultQuestion, vaultConnection } from './vault-connection.ts';

/** Questions that are asked often, over connections that stay open. */
export interface VaultQuestions {
  /** With the token of now, and once more with a better one where Vault refuses it. */
  ask(question: VaultQuestion): Promise<VaultAnswer>;
  close(): void;
}

export function vaultQuestions(vault: Vault, atOnce: number): VaultQuestions {
  const connection = vaultConnection(vault, atOnce);

  async function twice(question: VaultQuestion): Promise<VaultAnswer> {
    const token = await soon(vault.token(), question.signal);
    const first = await connection.ask({ ...question, token });
    if (first.status !== 403) return first;
    const better = await soon(
      vault.refused(token).catch(() => undefined),
      question.signal,
    );
    return better ? connection.ask({ ...question, token: better }) : first;
  }

  return {
    async ask(question) {
      const answer = await twice(question).catch((error: unknown) => {
        throw isTold(error) ? error : new VaultAway(silence(vault, error), { cause: error });
      });
      const fault = faultIn(answer, question);
      if (fault) throw fault;
      return answer;
    },
    close: () => connection.close(),
  };
}

const isTold = (error: unknown) =>
  error instanceof VaultAway || error instanceof VaultRefused || error instanceof VaultFault;

function silence({ address }: Vault, error: unknown): string {
  const { name, code, message }: Record<string, unknown> = Object(error);
  if (name === 'AbortError' || name === 'TimeoutError') {
    return `Vault at ${address} did not answer in time.`;
  }
  return `Vault cannot be reached at ${address} (${String(code ?? message)}).`;
}

/** A token that is being fetched is waited for as long as the question itself may take. */
function soon<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abandon = () => reject(new DOMException('too late', 'TimeoutError'));
    if (signal.aborted) return abandon();
    signal.addEventListener('abort', abandon, { once: true });
    void promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abandon));
  });
}
