import type { Logger } from '../logging/logger.ts';

/** What the first middlewares leave for those after them. */
declare module 'koa' {
  interface DefaultState {
    /** Stands in the log, the audit trail, the answer's head and on error pages. */
    requestId: string;
    log: Logger;
    /** Of the trace that we make of this request, while there are any; else of the one that it says it belongs to. */
    traceId?: string | undefined;
    /** To whom tokens were issued, and for what: names of our own. */
    issued?: { grantType: string; clientId: string | undefined };
    /** The one value that lets a script of ours run on this page. */
    nonce: string;
    /** Whether the program itself sits on this machine: a loopback peer, and nothing forwarded. */
    direct: boolean;
    /** How the application would like its pages shown: page, popup, touch or wap (OpenID Connect Core 3.1.2.1). */
    display?: string | undefined;
  }
}
