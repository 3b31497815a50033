import { hasOneScript } from './one-script.ts';

/** A name to sign in with beside the address. Never an address itself: it holds no @. */
export interface Username {
  /** As its owner wrote it (NFKC). */
  asTyped: string;
  canonical: string;
}

export type UsernameFlaw = 'too-short' | 'too-long' | 'wrong-characters' | 'mixed-scripts';

const MIN = 3;
const MAX = 40;

export function parseUsername(text: string): Username | UsernameFlaw {
  const asTyped = text.trim().normalize('NFKC');
  const length = Array.from(asTyped).length;
  if (length < MIN) return 'too-short';
  if (length > MAX) return 'too-long';
  if (!ALLOWED.test(asTyped)) return 'wrong-characters';
  if (!hasOneScript(asTyped)) return 'mixed-scripts';
  return { asTyped, canonical: folded(asTyped) };
}

// Letters first; then also digits of ASCII and single . _ - between them.
const ALLOWED = /^\p{L}[\p{L}\p{M}]*([._-]?[0-9\p{L}][0-9\p{L}\p{M}]*)*$/u;

/** Unicode's case folding, near enough: through capitals, so that ß and SS, ς and σ, ı, İ and I meet. */
function folded(text: string): string {
  return levelled(levelled(text)).replaceAll('i\u0307', 'i').normalize('NFKC');
}

function levelled(text: string): string {
  return text.toUpperCase().toLowerCase();
}
