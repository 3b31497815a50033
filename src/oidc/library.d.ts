/** The library's own lists of steps: the only private parts of it that we touch (access-tokens.ts). */
declare module 'oidc-provider/lib/actions/introspection.js' {
  const steps: unknown[];
  export default steps;
}

declare module 'oidc-provider/lib/actions/revocation.js' {
  const steps: unknown[];
  export default steps;
}

declare module 'oidc-provider/lib/shared/reject_structured_tokens.js' {
  const step: unknown;
  export default step;
}
