import { z } from 'zod';
import { AUTH_METHODS, CLIENT_ID, GRANT_TYPES, OPENID_SCOPES, jwkSet } from './client.ts';
import type { Fault } from './fault.ts';
import { type Surroundings, registrationRules } from './registration-rules.ts';
import type { ClientRegistration } from './store.ts';

/**
 * What a client may be. This folder owns relying parties: what they are, what may be registered, their secrets and
 * logos. It knows nothing of the library that speaks the protocol, nor of who is signed in.
 */
export function registrationFaults(
  registration: ClientRegistration,
  { production }: Surroundings = { production: true },
): Fault[] {
  const parsed = (production ? forAll : forDevelopers).safeParse(registration);
  const issues = parsed.error?.issues ?? [];
  return issues.map(({ path, message }) => ({ field: String(path[0] ?? ''), fault: message }));
}

const uris = () => z.array(z.string()).max(100, 'There may be at most 100 addresses of a kind.');

const shape = z.strictObject({
  id: z
    .string()
    .regex(
      CLIENT_ID,
      'The client id must be 1 to 100 letters, digits, dots, dashes or underscores, beginning with a letter or digit.',
    ),
  name: z.string(),
  firstParty: z.boolean(),
  kind: z.enum(['web', 'native'], 'The kind must be web or native.'),
  tokenEndpointAuthMethod: z.enum(
    AUTH_METHODS,
    `The authentication must be one of ${AUTH_METHODS.join(', ')}.`,
  ),
  grantTypes: z.array(z.enum(GRANT_TYPES, `The grants must be among ${GRANT_TYPES.join(', ')}.`)),
  redirectUris: uris(),
  postLogoutRedirectUris: uris(),
  scopes: z.array(
    z.enum(OPENID_SCOPES, `The OpenID scopes must be among ${OPENID_SCOPES.join(', ')}.`),
  ),
  apis: z.record(z.string(), z.array(z.string())),
  corsOrigins: uris(),
  requirePushedRequests: z.boolean(),
  dpopBoundAccessTokens: z.boolean(),
  backchannelLogoutUri: z.string().exactOptional(),
  backchannelLogoutSessionRequired: z.boolean(),
  development: z.boolean(),
  jwks: jwkSet.exactOptional(),
  jwksUri: z.string().exactOptional(),
  clientUri: z.string().exactOptional(),
  policyUri: z.string().exactOptional(),
  tosUri: z.string().exactOptional(),
});

const within = (surroundings: Surroundings) =>
  shape.superRefine((client, context) => {
    for (const rule of registrationRules) {
      for (const [field, message] of rule(client, surroundings)) {
        context.addIssue({ code: 'custom', path: [field], message });
      }
    }
  });
const forAll = within({ production: true });
const forDevelopers = within({ production: false });
