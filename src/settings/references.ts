/** `{vault:<mount>/<path>#<field>}`: what stands in Vault, in the place of a value or inside one. */
export interface Reference {
  /** Mount and path, as they are written. */
  path: string;
  field: string;
}

const REFERENCE = /\{vault:(?<path>[^{}#\s/][^{}#]*?)#(?<field>[^{}#]+)\}/g;
const ATTEMPT = /\{vault:/g;

/** All of a value; undefined where one is not of the form. */
export function referencesIn(value: string): Reference[] | undefined {
  const found = [...value.matchAll(REFERENCE)].map(({ groups }) => toReference(groups));
  const attempts = [...value.matchAll(ATTEMPT)].length;
  const sound = found.every(({ path }) => isPath(path));
  return sound && found.length === attempts ? found : undefined;
}

function toReference(groups: Record<string, string> | undefined): Reference {
  return { path: groups?.['path'] ?? '', field: groups?.['field'] ?? '' };
}

/** At least a mount and something in it; no segment that leads elsewhere. */
function isPath(path: string): boolean {
  const segments = path.split('/');
  return segments.length > 1 && segments.every((one) => !['', '.', '..'].includes(one.trim()));
}

/** A text from Vault that cannot stand where it is wanted. */
export class WrongPlace extends Error {}

/**
 * The value with what was found, encoded for its place. Expanded once: what was found is not looked at again. Alone it
 * stands as it is; within an address it is percent-encoded, within JSON it is escaped.
 */
export function expanded(value: string, find: (reference: Reference) => string): string {
  return value.replaceAll(REFERENCE, (whole, _path, _field, at: number, _all, groups) => {
    const found = find(toReference(groups));
    const before = value.slice(0, at).replaceAll(REFERENCE, '_');
    const after = value.slice(at + whole.length).replaceAll(REFERENCE, '_');
    return before === '' && after === '' ? found : encoded(found, before, after);
  });
}

function encoded(found: string, before: string, after: string): string {
  if (/^\s*[{[]/.test(before)) return JSON.stringify(found).slice(1, -1);
  const address = /^.*[a-z][a-z\d+.-]*:\/\/(\S*)$/is.exec(before)?.[1];
  if (address === undefined) return found;
  return isHost(address, after) ? host(found) : encodeURIComponent(found);
}

/** Behind `://` and before any path, with no `@` to come: a host, or its port. */
function isHost(address: string, after: string): boolean {
  if (/[/?#]/.test(address)) return false;
  return !/^[^/?#,]*@/.test(after);
}

/** A host that is percent-encoded is none: what would be more than a host is refused. */
function host(found: string): string {
  if (/^([\w.-]+|\[[\da-f:.]+\])(:\d+)?$/i.test(found)) return found;
  throw new WrongPlace('is no host, but stands in the place of one');
}
