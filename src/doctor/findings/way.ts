import type { Kind } from '../finding.ts';

/** On the way from a browser to us: address, proxies, cookies, clocks. */
export const wayFindings = {
  'settings-refused': {
    severity: 'error',
    means: 'A setting is wrong, missing or unknown.',
    why: 'The server does not start with these settings.',
    fix: 'Correct the variable as its line says.',
  },
  'server-not-running': {
    severity: 'note',
    means: 'No server answers, at the issuer or on this machine.',
    why: 'Address, proxies and cookies can only be judged by what reaches a running server.',
    fix: 'Start the server, and ask the doctor again.',
  },
  'issuer-unreachable': {
    severity: 'error',
    means: 'The server runs, and its issuer cannot be reached from here.',
    why: 'Applications fetch discovery and keys from the issuer, and people sign in there.',
    fix: 'Let the name of ISSUER lead to the proxy, and the proxy to this server.',
  },
  'issuer-certificate': {
    severity: 'error',
    means: 'The certificate at the issuer is not valid, or is not trusted here.',
    why: 'Browsers warn people away, and applications refuse the connection.',
    fix: 'Give the proxy a valid certificate. For an authority of your own set NODE_EXTRA_CA_CERTS to its certificate.',
  },
  'issuer-certificate-ends': {
    severity: 'warning',
    means: 'The certificate at the issuer ends within two weeks.',
    why: 'From that day on nobody can sign in.',
    fix: 'Renew it, and see why that did not happen by itself.',
  },
  'issuer-elsewhere': {
    severity: 'error',
    means: 'Something answers at the issuer, and it is not this server.',
    why: 'People and applications talk to something else, or to a server with another GATEHOUSE_SECRET.',
    fix: 'Let the proxy pass every path of the issuer to this server, uncached. All processes need the same GATEHOUSE_SECRET.',
  },
  'issuer-settings': {
    severity: 'error',
    means: 'The running server has another ISSUER than the settings that the doctor reads.',
    why: 'Tokens carry the issuer: with two of them, one half of the tokens is refused.',
    fix: 'Give every process, and the command line, the same ISSUER; then start the server again.',
  },
  'issuer-host': {
    severity: 'error',
    means: 'Requests come with another Host than that of ISSUER; they are answered 421.',
    why: 'Links, cookies and tokens are made for the issuer alone. A host that the request chose would be believed.',
    fix: 'Let the proxy pass Host as it is (nginx: proxy_set_header Host $host), or set ISSUER to the address that people use.',
  },
  'issuer-scheme': {
    severity: 'error',
    means: 'The proxy says that requests come by another scheme than that of ISSUER.',
    why: 'A browser that comes by http never gets the session cookie, which is for https alone; sign-in goes round in circles.',
    fix: 'Let the proxy send http on to https, or set ISSUER to the scheme that people use.',
  },
  'proxy-two-hosts': {
    severity: 'error',
    means: 'Requests come with two hosts; they are answered 400.',
    why: 'Of two hosts, one part of the way believes the first and another one the second: an old way to poison links.',
    fix: 'Let the proxy set Host once, and not add a second one.',
  },
  'proxy-untrusted': {
    severity: 'warning',
    means: 'Forwarded headers come from an address that GATEHOUSE_TRUSTED_PROXIES does not name.',
    why: 'If that is your proxy, everybody seems to come from it: one guesser locks out all, and the audit trail names the proxy.',
    fix: 'Add its address to GATEHOUSE_TRUSTED_PROXIES. If it is nobody of yours, do nothing: what it says is not believed.',
  },
  'proxy-silent': {
    severity: 'warning',
    means: 'ISSUER is https, and requests come without X-Forwarded-For.',
    why: 'Everybody seems to come from the proxy: one guesser locks out all, and the audit trail names the proxy.',
    fix: 'Let the proxy send X-Forwarded-For and X-Forwarded-Proto, and name its address in GATEHOUSE_TRUSTED_PROXIES.',
  },
  'cookies-lost': {
    severity: 'error',
    means: 'A cookie is lost or changed on the way through the proxy.',
    why: 'Without its cookies no sign-in can be ended, and a weakened one can be planted by a neighbouring host.',
    fix: 'Let the proxy pass Cookie and Set-Cookie as they are: no proxy_cookie_*, no caching, no header rules for them.',
  },
  'cookies-unprotected': {
    severity: 'warning',
    means: 'ISSUER is http on another host than this machine.',
    why: 'Cookies and passwords cross the network in clear, and browsers refuse some features.',
    fix: 'Set ISSUER to an https:// address.',
  },
  'clock-database': {
    severity: 'warning',
    means: 'The clocks of this machine and of the database differ by more than a second.',
    why: 'Codes, sessions and keys end by one clock and begin by the other: some end too soon, some too late.',
    fix: 'Keep both clocks by NTP (timedatectl set-ntp true).',
  },
  'clock-issuer': {
    severity: 'warning',
    means: 'The clock at the issuer differs from that of this machine by more than two seconds.',
    why: 'Applications refuse tokens from the future (iat, nbf), and replicas disagree about what has ended.',
    fix: 'Keep all clocks by NTP (timedatectl set-ntp true).',
  },
  'examination-failed': {
    severity: 'warning',
    means: 'Something could not be looked at.',
    why: 'What was not looked at may be well or not.',
    fix: 'See the reason; then ask the doctor again.',
  },
} as const satisfies Record<string, Kind>;
