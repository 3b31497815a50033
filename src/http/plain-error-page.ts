import type { ErrorPage } from './error-pages.ts';
import type { Reason } from './cannot-go-on.ts';

const SENTENCES: Record<Reason, string> = {
  malformed: 'That request cannot be understood.',
  forbidden: 'That cannot be done from here.',
  'not-found': 'There is nothing here.',
  'wrong-method': 'That cannot be done here.',
  'too-slow': 'That took too long to arrive.',
  'too-large': 'That is too much at once.',
  misdirected: 'This server does not go by that name.',
  'too-many': 'Too many tries. Wait a little, then try again.',
  fault: 'Something went wrong on our side.',
  away: 'This is not possible for the moment. Try again in a few seconds.',
  crowded: 'More people are here than can be served at once. Try again in a few seconds.',
  starting: 'The server is starting. Try again in a few seconds.',
  'page-expired': 'This page has expired. Go back to the application.',
  'no-cookies': 'Your browser keeps no cookies; signing in needs them.',
  'bad-request': 'The application made a mistake. Go back to it.',
  'unknown-application': 'We do not know this application.',
  'wrong-way-back': 'The application wants to send you to an address that is not its own.',
};

/** For when nothing else can be shown: it needs no template, no language and no store. */
export const plainErrorPage: ErrorPage = (ctx, { reason, requestId }) => {
  ctx.body =
    `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
    `<title>${SENTENCES[reason]}</title><h1>${SENTENCES[reason]}</h1><p>Reference: ${requestId}</p></html>\n`;
};
