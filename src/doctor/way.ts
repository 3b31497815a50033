import type { Answered, Asked } from './ask-issuer.ts';
import { type EchoAnswer, QUESTION_COOKIE } from './echo.ts';
import { type Examined, type Finding, found, worstFirst } from './finding.ts';
import { reachOf } from './network.ts';
import { type Sighting, isIssuers, wayFaults } from './traffic.ts';

export interface WayFacts {
  issuer: string;
  trusted: readonly string[];
  /** What came of asking at the issuer's address. */
  asked: Asked;
  /** What processes on this machine answered. */
  here: readonly EchoAnswer[];
  now: Date;
}

const CLOCK_MS = 2000;
const CLOCK_ERROR_MS = 30_000;
const DAY_MS = 86_400_000;
const RENEWAL_DAYS = 14;

/** Address, proxies, cookies and clock: the way from a browser to us. */
export function judgeWay(facts: WayFacts): Examined[] {
  const { asked, issuer } = facts;
  if (asked.outcome !== 'answered') return [notAnswered(facts, asked), proxies(facts)];
  return [answered(facts, asked), proxies(facts, asked), cookiesOf(asked, issuer), clockOf(asked)];
}

function notAnswered({ issuer, here }: WayFacts, asked: Exclude<Asked, Answered>): Examined {
  const part = 'Issuer';
  if (asked.outcome === 'unreachable' && here.length === 0) {
    const finding = found('server-not-running', `No server answers at ${issuer} (${asked.why}).`);
    return { part, seen: false, told: 'no server is running', findings: [finding] };
  }
  return { part, seen: true, told: TOLD[asked.outcome], findings: [unanswered(issuer, asked)] };
}

const TOLD = {
  unreachable: 'cannot be reached from here',
  certificate: 'has no certificate that is trusted here',
  elsewhere: 'is answered by something else',
};

function unanswered(issuer: string, asked: Exclude<Asked, Answered>): Finding {
  if (asked.outcome === 'elsewhere') {
    const to = asked.location ? ` and leads to ${origin(asked.location, issuer)}` : '';
    return found(
      'issuer-elsewhere',
      `${issuer} answers with ${asked.status}${to}, and not as this server would.`,
    );
  }
  const what =
    asked.outcome === 'certificate' ? 'is not trusted here' : 'cannot be reached from here';
  return found(`issuer-${asked.outcome}`, `${issuer} ${what}: ${asked.why}.`);
}

function origin(location: string, issuer: string): string {
  return URL.canParse(location, issuer) ? new URL(location, issuer).origin : 'nowhere';
}

function answered(
  { issuer, now }: WayFacts,
  { answer, ms, certificateEndsAt }: Answered,
): Examined {
  const findings: Finding[] = [];
  if (answer.issuer !== issuer) {
    findings.push(
      found('issuer-settings', `The server at ${issuer} was started with ISSUER=${answer.issuer}.`),
    );
  }
  const days =
    certificateEndsAt && Math.floor((certificateEndsAt.getTime() - now.getTime()) / DAY_MS);
  if (days !== undefined && days < RENEWAL_DAYS) {
    findings.push(
      found('issuer-certificate-ends', `The certificate of ${issuer} ends in ${days} days.`),
    );
  }
  const certificate = days === undefined ? '' : `, certificate good for ${days} days`;
  return {
    part: 'Issuer',
    seen: true,
    told: `answered by this server in ${ms} ms${certificate}`,
    findings,
  };
}

/** How our own question came is certain; what others came with may be a stranger's doing. */
function proxies(facts: WayFacts, asked?: Answered): Examined {
  const { issuer } = facts;
  const own = asked ? wayFaults(asFound(asked.answer.came), facts) : [];
  const sightings = merged([...facts.here, ...(asked ? [asked.answer] : [])]);
  const others = othersFaults(sightings, facts).filter(
    ({ name }) => !own.some((finding) => finding.name === name),
  );
  const total = sum(sightings);
  const from = asked ? `${wayOf(asked.answer)}; ` : '';
  const known = total === 0 ? 'no requests remembered' : `${total} requests remembered`;
  return {
    part: 'Requests',
    seen: asked !== undefined || total > 0,
    told: total > 0 || asked ? `${from}${known}${hostsToldOf(sightings, issuer)}` : 'none seen',
    findings: worstFirst([...own, ...others]),
  };
}

type Found = Parameters<typeof wayFaults>[0];

const asFound = (came: EchoAnswer['came']): Found => ({
  proxy: undefined,
  scheme: undefined,
  forwardedHost: undefined,
  ...came,
});

function wayOf({ came }: EchoAnswer): string {
  if (!came.proxy) return 'no proxy on the way';
  return `by the proxy ${came.proxy}${came.trusted ? ', which is trusted' : ''}`;
}

/** One process answers for itself, and may have been asked twice. */
function merged(answers: readonly EchoAnswer[]): Sighting[] {
  const byProcess = new Map(answers.map((answer) => [answer.process, answer.traffic]));
  return [...byProcess.values()].flat().map((one) => ({ ...one, ...asFound(one) }));
}

function sum(sightings: readonly Sighting[]): number {
  return sightings.reduce((total, { count }) => total + count, 0);
}

function hostsToldOf(sightings: readonly Sighting[], issuer: string): string {
  const wrong = sightings.filter(({ host }) => !isIssuers(host, new URL(issuer)));
  return wrong.length > 0 ? `, ${sum(wrong)} for another host` : '';
}

/** A fault that some requests have, and others not, is no fault of the installation: the most frequent kind speaks. */
function othersFaults(sightings: readonly Sighting[], facts: WayFacts): Finding[] {
  const byName = new Map<string, { finding: Finding; count: number; most: number }>();
  for (const sighting of sightings) {
    for (const finding of wayFaults(sighting, facts)) {
      const known = byName.get(finding.name) ?? { finding, count: 0, most: 0 };
      const isMost = sighting.count > known.most;
      byName.set(finding.name, {
        finding: isMost ? finding : known.finding,
        count: known.count + sighting.count,
        most: Math.max(known.most, sighting.count),
      });
    }
  }
  const total = sum(sightings);
  return [...byName.values()].map(({ finding, count }) => ({
    ...finding,
    severity: count * 2 > total ? finding.severity : ('note' as const),
    what: `${finding.what} ${count} of ${total} requests came like this.`,
  }));
}

const ATTRIBUTES = ['path=/', 'httponly', 'samesite=lax'];

function cookiesOf({ answer, cookies }: Answered, issuer: string): Examined {
  const https = issuer.startsWith('https:');
  const name = `${https ? '__Host-' : ''}${QUESTION_COOKIE}`;
  const line = cookies.find((cookie) => cookie.startsWith(`${name}=`));
  const findings: Finding[] = [];
  if (!answer.cookie)
    findings.push(found('cookies-lost', 'The cookie of a request did not arrive.'));
  if (line === undefined) {
    findings.push(
      found('cookies-lost', `The cookie ${name} was sent to the browser, and did not arrive.`),
    );
  } else {
    const why = changed(line, https);
    if (why)
      findings.push(found('cookies-lost', `The cookie ${name} was changed on its way: ${why}.`));
  }
  if (!https && reachOf(new URL(issuer).hostname)) {
    findings.push(found('cookies-unprotected', `Cookies go to ${issuer} in clear.`));
  }
  const told =
    findings.length > 0
      ? 'not as they should be'
      : `arrive as they were sent${https ? ', __Host- and Secure' : ''}`;
  return { part: 'Cookies', seen: true, told, findings };
}

function changed(line: string, https: boolean): string | undefined {
  const parts = line.toLowerCase().split(/; */).slice(1);
  const missing = [...ATTRIBUTES, ...(https ? ['secure'] : [])].find((one) => !parts.includes(one));
  if (missing) return `${missing} is missing`;
  return parts.some((part) => part.startsWith('domain=')) ? 'it got a Domain' : undefined;
}

function clockOf({ aheadMs }: Answered): Examined {
  const off = Math.abs(aheadMs ?? 0);
  const which = (aheadMs ?? 0) > 0 ? 'ahead of' : 'behind';
  const findings =
    off > CLOCK_MS
      ? [
          found(
            'clock-issuer',
            `The issuer's clock is ${(off / 1000).toFixed(0)} s ${which} this machine's.`,
            {
              severity: off < CLOCK_ERROR_MS ? 'warning' : 'error',
            },
          ),
        ]
      : [];
  const told = findings.length > 0 ? 'differs from the issuer’s' : 'within 2 s of the issuer’s';
  return {
    part: 'Clock',
    seen: aheadMs !== undefined,
    told: aheadMs === undefined ? 'the issuer tells no Date' : told,
    findings,
  };
}
