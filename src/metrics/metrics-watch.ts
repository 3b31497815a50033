import type { Happening, Outcome, Watch, Work } from '../watching/watch.ts';
import type { Instruments } from './instruments.ts';

/** Turns what is seen into figures. */
export function metricsWatch(instruments: Instruments): Watch {
  return {
    begins(work) {
      const begunAt = performance.now();
      if (work.kind === 'request') instruments.add('gatehouse_http_requests_in_flight', 1);
      return {
        within: (run) => run(),
        ends(outcome, name) {
          const seconds = (performance.now() - begunAt) / 1000;
          ended(instruments, work, { seconds, outcome, name });
        },
      };
    },
    happened: (event) => happened(instruments, event),
  };
}

interface End {
  seconds: number;
  outcome: Outcome;
  name: string | undefined;
}

function ended(to: Instruments, work: Work, { seconds, outcome, name }: End): void {
  switch (work.kind) {
    case 'request':
      return requestEnded(to, work.name, { seconds, outcome, name });
    case 'postgres':
    case 'redis':
      return storeEnded(to, work, { seconds, outcome, name });
    case 'hash':
      return to.observe('gatehouse_hash_seconds', seconds, { operation: work.name });
    case 'sign':
      if ('failed' in outcome) {
        return to.count('gatehouse_sign_errors_total', { error: outcome.failed });
      }
      return to.observe('gatehouse_sign_seconds', seconds);
    case 'mail':
      return mailEnded(to, work.name, { seconds, outcome, name });
    case 'job':
      return jobEnded(to, work.name, { seconds, outcome, name });
  }
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'OPTIONS', 'PUT', 'PATCH', 'DELETE']);

function requestEnded(to: Instruments, asked: string, { seconds, outcome, name = 'unknown' }: End) {
  const method = METHODS.has(asked) ? asked : 'other';
  to.add('gatehouse_http_requests_in_flight', -1);
  to.count('gatehouse_http_requests_total', { route: name, method, status: wordOf(outcome) });
  to.observe('gatehouse_http_request_seconds', seconds, { route: name });
}

function storeEnded(to: Instruments, { kind, name }: Work, { seconds, outcome }: End): void {
  const [operation = name] = name.split(' ', 1);
  to.observe('gatehouse_store_seconds', seconds, { store: kind, operation });
  if ('failed' in outcome) {
    to.count('gatehouse_store_errors_total', { store: kind, error: outcome.failed });
  }
}

function mailEnded(to: Instruments, part: 'try' | 'deliver', { seconds, outcome }: End): void {
  const word = wordOf(outcome);
  if (part === 'deliver') {
    to.observe('gatehouse_mail_delivery_seconds', seconds, { outcome: word });
  } else if (word !== 'left-alone') {
    to.count('gatehouse_mail_tries_total', { outcome: word });
  }
}

function jobEnded(to: Instruments, task: string, { seconds, outcome }: End): void {
  to.observe('gatehouse_job_seconds', seconds, { task });
  to.count('gatehouse_job_runs_total', { task, outcome: wordOf(outcome) });
  if ('as' in outcome) {
    to.set('gatehouse_job_last_done_timestamp_seconds', Date.now() / 1000, { task });
  }
}

const wordOf = (outcome: Outcome) => ('as' in outcome ? outcome.as : 'failed');

function happened(to: Instruments, event: Happening): void {
  switch (event.event) {
    case 'audit':
      return audited(to, event.name, event.why);
    case 'tokens':
      return to.count('gatehouse_tokens_total', { grant: event.grant });
    case 'rotation':
      return to.count('gatehouse_refresh_rotations_total', { outcome: event.outcome });
    case 'refusal':
      return to.count('gatehouse_protocol_refusals_total', {
        endpoint: event.endpoint,
        error: event.error,
      });
    case 'logout-notice':
      return logoutTried(to, event.outcome);
    case 'must-wait':
      return to.count('gatehouse_budget_refusals_total', { budget: event.budget });
    case 'too-busy':
      return to.count('gatehouse_hash_refused_total');
  }
}

function logoutTried(to: Instruments, outcome: string): void {
  if (outcome === 'left-alone') return;
  to.count('gatehouse_logout_notice_tries_total', { outcome });
}

/** What the trail says in its own words, and two of the questions that are asked of it every day. */
function audited(to: Instruments, event: string, why = ''): void {
  to.count('gatehouse_audit_events_total', { event });
  if (event === 'signed-in') to.count('gatehouse_sign_ins_total', { result: event });
  if (event === 'sign-in-held') to.count('gatehouse_sign_ins_total', { result: `held-${why}` });
  if (event === 'sign-in-refused') to.count('gatehouse_sign_ins_total', { result: why });
  const what = /^(refresh-token|authorization-code)-replayed$/.exec(event)?.[1];
  if (what) to.count('gatehouse_replays_stopped_total', { what });
}
