/** What strangers wrote (a name, a user agent) must not steer the operator's terminal. */
export function printable(text: string): string {
  return text.replace(/(?![\n\t])[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu, '');
}
