import type { Client } from './client.ts';
import { logoPath } from './logo-routes.ts';

/** Whose door somebody stands at: the application as its registration tells, never as the request does. */
export interface Door {
  name: string;
  /** Where the browser will go; absent where that is a program on the device. */
  host?: string;
  logo?: string;
  initial: string;
  policyUri?: string;
  tosUri?: string;
}

export function doorOf(client: Client, redirectUri: string | undefined): Door {
  const host = hostOf(redirectUri);
  return {
    name: client.name,
    initial: Array.from(client.name.trim())[0]?.toLocaleUpperCase('und') ?? '?',
    ...(host && { host }),
    ...(client.hasLogo && { logo: logoPath(client.id) }),
    ...(client.policyUri && { policyUri: client.policyUri }),
    ...(client.tosUri && { tosUri: client.tosUri }),
  };
}

function hostOf(redirectUri = ''): string | undefined {
  if (!URL.canParse(redirectUri)) return undefined;
  const { protocol, host } = new URL(redirectUri);
  return protocol === 'https:' || protocol === 'http:' ? host : undefined;
}
