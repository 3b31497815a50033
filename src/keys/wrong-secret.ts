/** A private half that none of the secrets opens: nothing can be signed until the operator mends it. */
export class WrongSecret extends Error {
  constructor(kid: string) {
    super(
      `GATEHOUSE_SECRET does not open signing key ${kid}: it was sealed under another secret. ` +
        'Put that one back, behind the new one and a comma.',
    );
    this.name = 'WrongSecret';
  }
}
