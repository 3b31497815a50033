import type { Greeted } from '../mail/greet.ts';
import { type Examined, type Finding, found } from './finding.ts';

export interface MailServer {
  /** Host and port. */
  name: string;
  variable: string;
  greeted: Greeted;
}

export function judgeMailServer({ name, variable, greeted }: MailServer): Examined {
  const part = 'Mail server';
  if (greeted.outcome === 'well') {
    const tls = greeted.encrypted ? 'over TLS' : 'in clear, on this machine';
    const login = greeted.loggedIn ? 'logged in' : 'no login asked for';
    return { part, seen: true, told: `${name} ${tls}, ${login}, ${greeted.ms} ms`, findings: [] };
  }
  return {
    part,
    seen: true,
    told: `${name} takes no mail`,
    findings: [fault(name, variable, greeted)],
  };
}

function fault(
  name: string,
  variable: string,
  { outcome, why }: Exclude<Greeted, { outcome: 'well' }>,
): Finding {
  return found(
    `mail-${outcome}`,
    `${name} (${variable}) ${SAID[outcome]}: ${why.replace(/\.$/, '')}.`,
  );
}

const SAID = {
  unreachable: 'does not answer',
  tls: 'cannot be spoken to over TLS',
  login: 'refuses the login',
};
