import type { Kind } from '../finding.ts';

export const mailFindings = {
  'mail-unreachable': {
    severity: 'error',
    means: 'The mail server does not answer.',
    why: 'No code and no link arrives: nobody can sign up or choose a new password.',
    fix: 'Check host and port of SMTP_URL. Many networks close port 25: use 465 (smtps) or 587 (smtp).',
  },
  'mail-tls': {
    severity: 'error',
    means: 'The mail server offers no TLS, or no valid certificate.',
    why: 'Mails hold what opens accounts: they are not sent in clear, nor to a stranger.',
    fix: 'Use a server with STARTTLS (smtp://host:587) or TLS (smtps://host:465). For an authority of your own set NODE_EXTRA_CA_CERTS.',
  },
  'mail-login': {
    severity: 'error',
    means: 'The mail server refuses the login.',
    why: 'No mail leaves; those that wait are tried for a day.',
    fix: 'Correct user and password in SMTP_URL, with %40 for @ and the like; then `npx gatehouse mail test you@example.com`.',
  },
  'mail-domain': {
    severity: 'error',
    means: 'The domain of MAIL_FROM does not exist in the DNS.',
    why: 'Most servers refuse mail from a domain that is not there.',
    fix: 'Set MAIL_FROM to an address of a domain of yours.',
  },
  'mail-spf': {
    severity: 'warning',
    means: 'SPF does not say who sends for the domain of MAIL_FROM, or says it wrongly.',
    why: 'Codes end as spam, and others may send in your name.',
    fix: 'One TXT record at the domain: "v=spf1 include:your-mail-provider.example -all".',
  },
  'mail-dkim': {
    severity: 'warning',
    means: 'No DKIM key stands in the DNS of the domain of MAIL_FROM.',
    why: 'Without signatures large receivers take mails for spam, or refuse them.',
    fix: 'Let the mail server sign, and publish its key at <selector>._domainkey of the domain.',
  },
  'mail-dmarc': {
    severity: 'warning',
    means: 'DMARC is missing for the domain of MAIL_FROM, or says nothing.',
    why: 'Large receivers ask for it, and others may send in your name.',
    fix: 'A TXT record at _dmarc of the domain: "v=DMARC1; p=quarantine; rua=mailto:postmaster@example.com".',
  },
  'dns-silent': {
    severity: 'note',
    means: 'The DNS did not answer.',
    why: 'SPF, DKIM and DMARC could not be looked at.',
    fix: 'Ask the doctor again from a machine that the DNS answers.',
  },
} as const satisfies Record<string, Kind>;
