import { readFileSync } from 'node:fs';

/** What Node.js has raised it to where it may; other systems than Linux do not say. */
const USUAL = 10_240;

/** How many files and sockets this process may have open. */
export function mostOpenFiles(): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8');
    return Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? USUAL);
  } catch {
    return USUAL;
  }
}
