import type { Dns } from './dns.ts';
import { type Examined, type Finding, found } from './finding.ts';

/** What receivers ask of the domain that mails come from. */
export interface Sender {
  domain: string;
  /** Amazon SES sends under a name of its own, whose SPF counts. */
  bySes: boolean;
}

const PART = 'Sender';

export async function examineSender({ domain, bySes }: Sender, dns: Dns): Promise<Examined> {
  const records = await dns.txt(domain);
  if (records === 'silent') {
    const silent = found('dns-silent', `The DNS does not answer for ${domain}.`);
    return {
      part: PART,
      seen: false,
      told: `${domain}: the DNS does not answer`,
      findings: [silent],
    };
  }
  if (records === 'no-such-name') {
    const missing = found('mail-domain', `There is no domain ${domain}.`);
    return { part: PART, seen: true, told: `${domain} does not exist`, findings: [missing] };
  }
  const findings = [
    ...spfFaults(domain, Array.isArray(records) ? records : [], bySes),
    ...(await dkimFaults(domain, dns)),
    ...(await dmarcFaults(domain, dns)),
  ];
  return { part: PART, seen: true, told: toldOf(domain, findings), findings };
}

function toldOf(domain: string, findings: readonly Finding[]): string {
  const well = ['spf', 'dkim', 'dmarc'].filter((one) =>
    findings.every(({ name }) => name !== `mail-${one}`),
  );
  return `${domain}: ${well.length > 0 ? well.join(', ').toUpperCase() : 'nothing'} in the DNS`;
}

/** RFC 7208: one record, and its end says what holds for everybody else. */
function* spfFaults(
  domain: string,
  records: readonly string[],
  bySes: boolean,
): Generator<Finding> {
  const all = records.filter((record) => /^v=spf1(\s|$)/i.test(record));
  const severity = bySes ? ('note' as const) : ('warning' as const);
  if (all.length === 0) yield found('mail-spf', `${domain} has no SPF record.`, { severity });
  if (all.length > 1)
    yield found('mail-spf', `${domain} has ${all.length} SPF records: none counts.`);
  const [record = ''] = all;
  if (/(^|\s)\+?all(\s|$)/i.test(record)) {
    yield found('mail-spf', `The SPF record of ${domain} lets everybody send (+all).`);
  }
}

/** Those of widely used mail servers, where a name server is wrong about names that have only others below them. */
const USUAL_SELECTORS = ['default', 'mail', 'dkim', 'selector1', 'selector2', 'google', 's1', 'k1'];

/**
 * The selector is the mail server's choice, and no list of them can be had. But a name with something below it exists
 * (RFC 8020): where there is no `_domainkey`, there is no key.
 */
async function dkimFaults(domain: string, dns: Dns): Promise<Finding[]> {
  const home = `_domainkey.${domain}`;
  if ((await dns.txt(home)) !== 'no-such-name') return [];
  const answers = await Promise.all(USUAL_SELECTORS.map((one) => dns.txt(`${one}.${home}`)));
  if (answers.some((answer) => answer !== 'no-such-name')) return [];
  return [found('mail-dkim', `There is no key under ${home}.`)];
}

/** The domain's own record, or that of a domain above it (RFC 7489 6.6.3), but for the top. */
async function dmarcFaults(domain: string, dns: Dns): Promise<Finding[]> {
  const labels = domain.split('.');
  for (let from = 0; from <= labels.length - 2; from += 1) {
    const name = `_dmarc.${labels.slice(from).join('.')}`;
    const records = await dns.txt(name);
    if (records === 'silent') return [found('dns-silent', `The DNS does not answer for ${name}.`)];
    const all = Array.isArray(records) ? records.filter((one) => /^v=DMARC1\b/i.test(one)) : [];
    if (all.length > 1)
      return [found('mail-dmarc', `${name} has ${all.length} records: none counts.`)];
    if (all[0] !== undefined) return policyFaults(name, all[0]);
  }
  return [found('mail-dmarc', `There is no DMARC record for ${domain}.`)];
}

function policyFaults(name: string, record: string): Finding[] {
  const policy = /;\s*p\s*=\s*(\w+)/i.exec(record)?.[1]?.toLowerCase();
  if (policy === 'quarantine' || policy === 'reject') return [];
  if (policy !== 'none') return [found('mail-dmarc', `The record at ${name} names no policy.`)];
  return [
    found('mail-dmarc', `The policy at ${name} is none: it only watches.`, {
      severity: 'note',
      fix: 'When the reports are clean, let it say p=quarantine, and then p=reject.',
    }),
  ];
}
