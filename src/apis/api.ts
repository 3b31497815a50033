import { z } from 'zod';

export const LONGEST_AUDIENCE = 500;

/** What the person reads on the consent page, by language. */
export const descriptions = z.partialRecord(z.enum(['en', 'fr', 'ru']), z.string());

/** A resource server that access tokens are made for. */
export interface Api {
  /** The resource indicator, and the `aud` of its tokens: an absolute URI without fragment. */
  audience: string;
  name: string;
  /** Seconds an access token for it lives; absent: the server's own lifetime. */
  accessTokenS?: number;
  scopes: ApiScope[];
  /** Clients that may introspect its tokens. */
  introspectedBy: string[];
  createdAt: Date;
  updatedAt: Date;
}

export interface ApiScope {
  name: string;
  descriptions: z.infer<typeof descriptions>;
}
