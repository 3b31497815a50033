/** The server cannot start, for a reason that the operator can mend: said in one sentence, exit code 1. */
export class CannotStart extends Error {
  constructor(sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.name = 'CannotStart';
  }
}

/** What to tell of an error in one line. Several addresses that all refused come as one error without words. */
export function sentenceOf(error: unknown): string {
  if (error instanceof AggregateError && !error.message) return sentenceOf(error.errors[0]);
  return error instanceof Error && error.message ? error.message : String(error);
}
