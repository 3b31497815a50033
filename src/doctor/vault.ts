import type { TransitAct, TransitFacts, VaultAnswered } from '../vault/examine.ts';
import { type Examined, type Finding, found } from './finding.ts';
import { type Reach } from './network.ts';

export interface VaultCircumstances {
  address: string;
  production: boolean;
  /** Over which network, where there is no TLS. */
  inClear: Reach | undefined;
}

const PART = 'Vault';
const SLOW_MS = 250;

export function judgeVault(facts: VaultAnswered, circumstances: VaultCircumstances): Examined {
  const { address, production, inClear } = circumstances;
  if ('away' in facts) {
    return {
      part: PART,
      seen: true,
      told: 'cannot be used',
      findings: [found(`vault-${facts.away}`, facts.why)],
    };
  }
  const isRoot = facts.policies?.includes('root') === true;
  const findings: Finding[] = [];
  if (isRoot) {
    const severity = production ? ('error' as const) : ('warning' as const);
    findings.push(found('vault-root', 'The token for Vault is a root token.', { severity }));
  }
  if (facts.transit) findings.push(...transitFaults(facts.transit, isRoot));
  if (facts.ms > SLOW_MS)
    findings.push(found('vault-slow', `Vault took ${facts.ms} ms for an answer.`));
  if (inClear) {
    const severity = inClear === 'private' ? ('note' as const) : ('warning' as const);
    findings.push(found('vault-in-clear', `The way to ${address} is not encrypted.`, { severity }));
  }
  return { part: PART, seen: true, told: toldOf(facts.transit, address, facts.ms), findings };
}

function toldOf(transit: TransitFacts | undefined, address: string, ms: number): string {
  const versions = transit?.key?.versions ?? 0;
  const made = versions === 0 ? 'not made yet' : `${versions} version${versions === 1 ? '' : 's'}`;
  const key = transit ? `transit key ${transit.path} (${made})` : 'keeps settings, keys are local';
  return `${address}, ${key}, ${ms} ms`;
}

function* transitFaults({ path, key, may }: TransitFacts, isRoot: boolean): Generator<Finding> {
  if (key?.leaves)
    yield found('vault-key-leaves', `The transit key ${path} may be carried out of Vault.`);
  if (key && !key.type.startsWith('rsa-')) {
    yield found('vault-key-type', `The transit key ${path} is ${key.type}.`);
  }
  if (!may) yield found('vault-policies-unseen', 'Vault does not tell what this token may.');
  else if (!isRoot) yield* policyFaults(path, may, key !== undefined);
}

function* policyFaults(
  path: string,
  may: Record<TransitAct, boolean>,
  exists: boolean,
): Generator<Finding> {
  const missing = (['read', 'sign'] as const).filter((act) => !may[act]);
  if (missing.length > 0) {
    yield found('vault-may-not-sign', `This token may not ${missing.join(' and ')}: ${path}.`);
  }
  const later = (['make', 'rotate'] as const).filter(
    (act) => !may[act] && !(exists && act === 'make'),
  );
  if (later.length > 0) {
    const severity = exists ? ('warning' as const) : ('error' as const);
    yield found('vault-may-not-rotate', `This token may not ${later.join(' and ')}: ${path}.`, {
      severity,
    });
  }
  const toomuch = (['export', 'back up', 'configure', 'delete'] as const).filter((act) => may[act]);
  if (toomuch.length > 0) {
    yield found('vault-may-export', `This token may ${toomuch.join(' and ')}: ${path}.`);
  }
}
