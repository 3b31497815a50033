import { randomBytes } from 'node:crypto';
import { type VaultAnswer, type VaultCall, inEnvelope, refusal } from './vault-answers.ts';

/** Tokens and the AppRole, as docs/api/auth/token.mdx and docs/api/auth/approle.mdx say. */
export interface VaultTokens {
  issue(kind: TokenKind): string;
  /** From now on it is unknown, as after its end. */
  revoke(token: string): void;
  /** An AppRole whose logins give such tokens. */
  role(kind: TokenKind): AppRole;
  entry(token: string): { policies: string[] } | undefined;
  logIn(body: Record<string, unknown>): VaultAnswer;
  answer(call: VaultCall): VaultAnswer;
  /** How many logins succeeded. */
  logins(): number;
}

export interface TokenKind {
  /** Beside `default`. */
  policies?: string[];
  /** Absent: for ever, as a root token. */
  ttlS?: number;
  maxTtlS?: number;
  renewable?: boolean;
  /** Made with no_default_policy: may not even look at itself. */
  withoutDefault?: boolean;
}

export interface AppRole {
  roleId: string;
  secretId: string;
  /** Another secret id in the place of the old one. */
  newSecretId(): string;
  /** What the next logins give. */
  become(kind: TokenKind): void;
}

interface Entry {
  kind: TokenKind;
  policies: string[];
  issuedAt: number;
  endsAt: number;
}

export function vaultTokens(now: () => number): VaultTokens {
  const entries = new Map<string, Entry>();
  const roles = new Map<string, { secretId: string; kind: TokenKind }>();
  let logins = 0;

  const living = (token: string) => {
    const entry = entries.get(token);
    return entry && entry.endsAt > now() ? entry : undefined;
  };

  function issue(kind: TokenKind): string {
    const token = `s.${randomBytes(18).toString('base64url')}`;
    const policies = [...(kind.withoutDefault ? [] : ['default']), ...(kind.policies ?? [])];
    const endsAt = kind.ttlS === undefined ? Infinity : now() + kind.ttlS * 1000;
    entries.set(token, { kind, policies, issuedAt: now(), endsAt });
    return token;
  }

  const secondsLeft = ({ endsAt }: Entry) =>
    endsAt === Infinity ? 0 : Math.floor((endsAt - now()) / 1000);

  function authOf(token: string, entry: Entry): VaultAnswer {
    const { kind, policies } = entry;
    const auth = {
      client_token: token,
      accessor: randomBytes(12).toString('base64url'),
      policies,
      token_policies: policies,
      metadata: null,
      lease_duration: secondsLeft(entry),
      renewable: isRenewable(kind),
    };
    return { status: 200, body: inEnvelope({ auth }) };
  }

  /** internal/vault/expiration.go, RenewToken: up to the longest life, counted from the issue. */
  function renew(token: string, entry: Entry): VaultAnswer {
    const { kind } = entry;
    if (!isRenewable(kind)) return refusal(400, 'lease is not renewable');
    const most = entry.issuedAt + (kind.maxTtlS ?? Infinity) * 1000;
    entry.endsAt = Math.min(now() + (kind.ttlS ?? 0) * 1000, most);
    return authOf(token, entry);
  }

  function lookUp(token: string, entry: Entry): VaultAnswer {
    const data = {
      id: token,
      policies: entry.policies,
      ttl: secondsLeft(entry),
      creation_ttl: entry.kind.ttlS ?? 0,
      renewable: isRenewable(entry.kind),
      num_uses: 0,
      orphan: true,
    };
    return { status: 200, body: inEnvelope({ data }) };
  }

  return {
    issue,
    revoke: (token) => void entries.delete(token),
    role(kind) {
      const roleId = randomBytes(16).toString('hex');
      const role = { secretId: randomBytes(16).toString('hex'), kind };
      roles.set(roleId, role);
      return {
        roleId,
        secretId: role.secretId,
        newSecretId: () => (role.secretId = randomBytes(16).toString('hex')),
        become: (next) => void (role.kind = next),
      };
    },
    entry: living,
    /** internal/builtin/credential/approle/path_login.go */
    logIn({ role_id, secret_id }) {
      const role = roles.get(String(role_id));
      if (!role || role.secretId !== secret_id) return refusal(400, 'invalid role or secret ID');
      logins += 1;
      const token = issue(role.kind);
      const entry = entries.get(token);
      return entry ? authOf(token, entry) : refusal(500, 'no token');
    },
    answer({ path, token }) {
      const entry = living(token);
      if (!entry) return refusal(403, 'permission denied');
      if (path === 'auth/token/lookup-self') return lookUp(token, entry);
      if (path === 'auth/token/renew-self') return renew(token, entry);
      if (path !== 'auth/token/revoke-self') return refusal(404, 'unsupported path');
      entries.delete(token);
      return { status: 204 };
    },
    logins: () => logins,
  };
}

const isRenewable = ({ ttlS, renewable = true }: TokenKind): boolean =>
  ttlS !== undefined && renewable;
