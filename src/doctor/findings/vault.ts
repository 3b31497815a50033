import type { Kind } from '../finding.ts';

export const vaultFindings = {
  'vault-unreachable': {
    severity: 'error',
    means: 'Vault does not answer, or is sealed.',
    why: 'Without it no token is signed, and no server starts whose settings stand there. What is signed already stays valid.',
    fix: 'Unseal it, and check VAULT_ADDR, VAULT_CACERT and the firewall between.',
  },
  'vault-refused': {
    severity: 'error',
    means: 'Vault does not accept who we are.',
    why: 'Without it no token is signed, and no server starts whose settings stand there.',
    fix: 'Give a token or secret id that lives. With an AppRole the server gets new tokens by itself.',
  },
  'vault-root': {
    severity: 'error',
    means: 'The token is a root token. In production the server does not start with one.',
    why: 'Whoever gets hold of the server gets all of Vault with it.',
    fix: 'Give an AppRole, or a token, with the policy in docs/operating.md, and revoke this one.',
  },
  'vault-may-not-sign': {
    severity: 'error',
    means: 'The policies do not allow to sign with the transit key, or to read it.',
    why: 'No token can be signed.',
    fix: 'Allow update on <mount>/sign/<key>, and read on <mount>/keys/<key>: the policy stands in docs/operating.md.',
  },
  'vault-may-not-rotate': {
    severity: 'warning',
    means:
      'The policies do not allow to rotate the transit key, or to make it where it is missing.',
    why: 'When the next key is due, no new one comes.',
    fix: 'Allow update on <mount>/keys/<key> and on <mount>/keys/<key>/rotate: the policy stands in docs/operating.md.',
  },
  'vault-may-export': {
    severity: 'warning',
    means:
      'The policies allow more than signing: to carry the key out of Vault, to change or to delete it.',
    why: 'Whoever gets hold of the server could make tokens elsewhere, for ever.',
    fix: 'Take these rights away: the policy in docs/operating.md is all that is needed.',
  },
  'vault-policies-unseen': {
    severity: 'note',
    means: 'Vault does not tell what the policies allow.',
    why: 'Whether the key could be carried out cannot be seen.',
    fix: 'Allow update on sys/capabilities-self, as the default policy does.',
  },
  'vault-key-leaves': {
    severity: 'error',
    means:
      'The transit key may be carried out of Vault (exportable or allow_plaintext_backup). The server does not use it.',
    why: 'Whoever has its private half makes tokens that everybody believes. Vault cannot take that permission back.',
    fix: 'Name another key in VAULT_TRANSIT_KEY: Gatehouse makes it.',
  },
  'vault-key-type': {
    severity: 'error',
    means: 'The transit key is no RSA key. The server does not use it.',
    why: 'Tokens are signed with RS256.',
    fix: 'Name another key in VAULT_TRANSIT_KEY: Gatehouse makes it.',
  },
  'vault-in-clear': {
    severity: 'warning',
    means: 'VAULT_ADDR is http on another host. In production the server does not start with one.',
    why: 'The token that opens Vault crosses the network in clear.',
    fix: 'Set VAULT_ADDR to an https:// address, and VAULT_CACERT for an authority of your own.',
  },
  'vault-slow': {
    severity: 'warning',
    means: 'Vault takes more than 250 ms for an answer.',
    why: 'Every token waits for one or two signatures, a second at most.',
    fix: 'Bring Vault closer, or give it more processors: signing is work for those.',
  },
} as const satisfies Record<string, Kind>;
