import { readFileSync } from 'node:fs';
import { type Reference, WrongPlace, expanded, referencesIn } from './references.ts';
import { SECRETS, schema } from './schema.ts';

export type Environment = Record<string, string | undefined>;

/** What is wrong with one variable, and what to do. */
export interface SettingsFault {
  variable: string;
  fault: string;
}

/** What stands at one path in Vault, or why nothing can be had from there. */
export type SecretRead = { fields: Record<string, unknown> } | { fault: string };

/** The values as they are given, before what stands in Vault is known. */
export interface Draft {
  values: Environment;
  /** By the variable that refers. */
  references: Map<string, Reference[]>;
  faults: SettingsFault[];
}

const names = new Set<string>(Object.keys(schema.shape));

export function draftOf(env: Environment): Draft {
  const faults: SettingsFault[] = [...unknownVariables(env)];
  const values: Environment = {};
  const references = new Map<string, Reference[]>();
  for (const name of names) {
    const given = env[name];
    if (given) values[name] = given;
    if (given?.includes('{vault:')) refer(name, given);
    fromFile(name);
  }
  return { values, references, faults };

  function refer(name: string, given: string): void {
    const found = name.startsWith('VAULT_') ? [] : (referencesIn(given) ?? []);
    if (found.length > 0) return void references.set(name, found);
    delete values[name];
    faults.push({ variable: name, fault: name.startsWith('VAULT_') ? NEVER : FORM });
  }

  /** NAME_FILE stands for what its file holds, as it is. An empty variable is an absent one. */
  function fromFile(name: string): void {
    const path = SECRETS.includes(name) ? env[`${name}_FILE`] : undefined;
    if (!path || names.has(`${name}_FILE`)) return;
    if (env[name]) {
      faults.push({ variable: name, fault: `is given twice; remove it or ${name}_FILE.` });
    }
    try {
      values[name] = readFileSync(path, 'utf8').trim();
      references.delete(name);
    } catch {
      faults.push({ variable: `${name}_FILE`, fault: `${path} cannot be read.` });
    }
  }
}

const FORM = 'refers to Vault, but not like {vault:<mount>/<path>#<field>}; correct it.';
const NEVER = 'cannot stand in Vault, which is reached by it; give it as it is, or as a file.';

function unknownVariables(env: Environment): SettingsFault[] {
  return Object.keys(env)
    .filter((name) => name.startsWith('GATEHOUSE_') && !names.has(name.replace(/_FILE$/, '')))
    .map((variable) => ({
      variable,
      fault: 'is not a setting; see .env.example for all there are.',
    }));
}

/** The values with what was read in Vault; a variable that lacks something has none, and a fault. */
export function withSecrets(draft: Draft, secrets: ReadonlyMap<string, SecretRead>): Draft {
  const faults = [...draft.faults];
  const values = { ...draft.values };
  for (const [variable, references] of draft.references) {
    const own = [...new Set(references.flatMap((one) => faultOf(one, secrets) ?? []))];
    faults.push(...own.map((fault) => ({ variable, fault })));
    if (own.length > 0) delete values[variable];
    else expand(variable);
  }
  return { ...draft, values, faults };

  function expand(variable: string): void {
    try {
      const find = (one: Reference) => textAt(one, secrets) ?? '';
      values[variable] = expanded(draft.values[variable] ?? '', find);
    } catch (error) {
      if (!(error instanceof WrongPlace)) throw error;
      delete values[variable];
      faults.push({ variable, fault: `${error.message}; correct what stands in Vault.` });
    }
  }
}

/** What these references stand for, where it is long enough to be a secret. Names and paths in Vault are none. */
export function textsFrom(references: Reference[], secrets: ReadonlyMap<string, SecretRead>) {
  const named = new Set(references.flatMap(({ path, field }) => [...path.split('/'), field]));
  return references
    .flatMap((one) => textAt(one, secrets) ?? [])
    .filter((text) => text.length > 3 && !named.has(text));
}

function faultOf(reference: Reference, secrets: ReadonlyMap<string, SecretRead>) {
  const read = secrets.get(reference.path);
  if (read && 'fault' in read) return read.fault;
  if (textAt(reference, secrets) !== undefined) return undefined;
  const { path, field } = reference;
  const others = read ? Object.keys(read.fields) : [];
  const there = others.length > 0 ? ` (there are: ${others.slice(0, 20).join(', ')})` : '';
  return `${path} in Vault has no text in a field ${field}${there}; write it there, or name another.`;
}

/** Files that were written into Vault end with a line end, as NAME_FILE does. */
function textAt({ path, field }: Reference, secrets: ReadonlyMap<string, SecretRead>) {
  const read = secrets.get(path);
  const value = read && 'fields' in read && Object.hasOwn(read.fields, field) && read.fields[field];
  if (typeof value === 'number' || value === true) return String(value);
  return typeof value === 'string' ? value.replace(/[\r\n]+$/, '') || undefined : undefined;
}
