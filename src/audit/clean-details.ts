const MAX_TEXT = 500;
const MAX_ITEMS = 100;
const MAX_DEPTH = 5;

export type Json = string | number | boolean | null | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

/** Text as the trail keeps it: no control characters (they forge lines, and PostgreSQL refuses NUL), bounded. */
export function cleanText(text: string): string {
  const kept = text
    .slice(0, MAX_TEXT * 2)
    .replaceAll(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu, '')
    .slice(0, MAX_TEXT);
  return kept.toWellFormed();
}

export function cleanDetails(details: object, depth = 1): JsonObject {
  return Object.fromEntries(
    Object.entries(details)
      .filter(([, value]) => value !== undefined)
      .slice(0, MAX_ITEMS)
      .map(([key, value]) => [cleanText(key), cleanValue(value, depth)]),
  );
}

function cleanValue(value: unknown, depth: number): Json {
  if (typeof value === 'string') return cleanText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value !== 'object' || value === null || depth >= MAX_DEPTH) return null;
  return cleanInside(value, depth + 1);
}

function cleanInside(value: object, depth: number): Json {
  if (value instanceof Date) return value.toISOString();
  if (!Array.isArray(value)) return cleanDetails(value, depth);
  return value.slice(0, MAX_ITEMS).map((item) => cleanValue(item, depth));
}
