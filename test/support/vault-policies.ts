/** Who may do what, as docs/concepts/policies.mdx says. */
export interface VaultPolicies {
  /** Paths and what may be done there: `{ 'secret/data/app': ['read'], 'transit/sign/*': ['update'] }`. */
  write(name: string, rules: Record<string, string[]>): void;
  /** What may be done there, as sys/capabilities-self tells it (docs/api/system/capabilities-self.mdx). */
  capabilities(policies: string[], path: string): string[];
  allow(policies: string[], method: string, path: string): boolean;
  /** Whether anything may be done below that path (logical_system.go, hasMountAccess). */
  reach(policies: string[], prefix: string): boolean;
}

/** internal/vault/policy/policy_store.go, defaultPolicy: what every token may, unless it was made without. */
const DEFAULT = {
  'auth/token/lookup-self': ['read'],
  'auth/token/renew-self': ['update'],
  'auth/token/revoke-self': ['update'],
  'sys/capabilities-self': ['update'],
};

export function vaultPolicies(): VaultPolicies {
  const written = new Map<string, Record<string, string[]>>([['default', DEFAULT]]);
  const rulesOf = (policies: string[]) =>
    policies.flatMap((name) => Object.entries(written.get(name) ?? {}));

  /** The most specific path counts: the exact one, then the longest before its star. Equal ones of several policies add up. */
  function capabilities(policies: string[], path: string): string[] {
    const fitting = rulesOf(policies).filter(([rule]) => fits(rule, path));
    const best = Math.max(...fitting.map(([rule]) => weight(rule)));
    const held = fitting.filter(([rule]) => weight(rule) === best).flatMap(([, can]) => can);
    return held.includes('deny') ? [] : held;
  }

  return {
    write: (name, rules) => void written.set(name, rules),
    capabilities(policies, path) {
      if (policies.includes('root')) return ['root'];
      const held = capabilities(policies, path);
      return held.length > 0 ? held : ['deny'];
    },
    allow(policies, method, path) {
      if (policies.includes('root')) return true;
      const can = capabilities(policies, path);
      return (OPERATIONS[method] ?? []).some((operation) => can.includes(operation));
    },
    reach(policies, prefix) {
      if (policies.includes('root')) return true;
      return rulesOf(policies).some(
        ([rule, can]) =>
          !can.includes('deny') &&
          (rule.startsWith(prefix) || fits(rule, prefix)) &&
          can.length > 0,
      );
    },
  };
}

const OPERATIONS: Record<string, string[]> = {
  GET: ['read'],
  LIST: ['list'],
  POST: ['update', 'create'],
  PUT: ['update', 'create'],
  PATCH: ['patch'],
  DELETE: ['delete'],
};

/** `+` is one segment, `*` at the end is any rest. */
function fits(rule: string, path: string): boolean {
  const pattern = rule
    .replaceAll(/[.?^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll(/(^|\/)\+(?=\/|$)/g, '$1[^/]+')
    .replace(/\*$/, '.*');
  return new RegExp(`^${pattern}$`, 's').test(path);
}

function weight(rule: string): number {
  const wild = rule.search(/[+*]/);
  return wild === -1 ? Infinity : wild;
}
