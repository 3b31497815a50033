import { z } from 'zod';

/** Where in Vault tokens are signed. */
export const transitSettings = {
  VAULT_TRANSIT_MOUNT: z
    .string()
    .regex(/^[\w.-]+(\/[\w.-]+)*$/, 'must be a path without a slash at either end, like transit')
    .optional()
    .describe('Where Vault’s transit engine is mounted. Default: transit.'),
  VAULT_TRANSIT_KEY: z
    .string()
    .regex(/^\w([\w.-]*\w)?$/, 'must be a name of letters, digits, dots and dashes, like gatehouse')
    .optional()
    .describe(
      'The transit key that signs tokens, made there where it is missing: private halves never leave Vault. Without it signing keys are local.',
    ),
};

interface TransitSettings {
  VAULT_ADDR?: string | undefined;
  VAULT_TRANSIT_MOUNT?: string | undefined;
  VAULT_TRANSIT_KEY?: string | undefined;
}

/** A part of it would look as if keys were in Vault. */
export function* transitFaults(settings: TransitSettings): Generator<{
  variable: string;
  fault: string;
}> {
  const { VAULT_ADDR: address, VAULT_TRANSIT_MOUNT: mount, VAULT_TRANSIT_KEY: key } = settings;
  if (mount !== undefined && key === undefined) {
    yield {
      variable: 'VAULT_TRANSIT_KEY',
      fault: 'is missing; it goes with VAULT_TRANSIT_MOUNT. Name the key, or remove both.',
    };
  }
  if (key !== undefined && address === undefined) {
    yield {
      variable: 'VAULT_ADDR',
      fault: 'is missing; VAULT_TRANSIT_KEY says that tokens are signed in Vault.',
    };
  }
}
