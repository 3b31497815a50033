import type { AccountStore } from '../accounts/store.ts';
import type { AuditTrail } from '../audit/store.ts';
import type { ClientStore } from '../clients/store.ts';

/** What a developer does first. Done is what the stores say, not what somebody ticked. */
export interface FirstStep {
  name: 'person' | 'client' | 'sign-in' | 'verify';
  done: boolean;
  /** To be copied into a terminal. */
  command?: string;
}

export interface FirstStepsDeps {
  accounts: Pick<AccountStore, 'list'>;
  clients: Pick<ClientStore, 'list'>;
  audit: Pick<AuditTrail, 'list'>;
}

export async function firstSteps(deps: FirstStepsDeps): Promise<FirstStep[]> {
  const [people, clients, signedIn, verified] = await Promise.all([
    deps.accounts.list({ limit: 1 }),
    deps.clients.list({ limit: FIRST_CLIENTS }),
    deps.audit.list({ name: 'signed-in', limit: 1 }),
    deps.audit.list({ name: 'token-verified', limit: 1 }),
  ]);
  return [
    { name: 'person', done: people.length > 0, command: MAKE_PERSON },
    { name: 'client', done: clients.some(({ development }) => !development), command: MAKE_CLIENT },
    { name: 'sign-in', done: signedIn.length > 0 },
    { name: 'verify', done: verified.length > 0 },
  ];
}

/** More than development makes by itself. */
const FIRST_CLIENTS = 10;
const MAKE_PERSON = 'npx gatehouse user create \\\n  you@example.com --verified';
const MAKE_CLIENT = [
  'npx gatehouse client create',
  '--name "My application"',
  '--redirect-uri http://localhost:8080/cb',
].join(' \\\n  ');
