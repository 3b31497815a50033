/** The server cannot start, for a reason that the operator can mend: said in one sentence, exit code 1. */
export class CannotStart extends Error {
  constructor(sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.name = 'CannotStart';
  }
}
