import { createTransport } from 'nodemailer';
import type { Sender } from '../settings/mail.ts';
import { inHeaders, messageId } from './in-headers.ts';
import type { Delivery, Mailer, Message } from './mailer.ts';

export interface SesOptions {
  region: string;
  from: Sender;
  /** Without them the machine's role is asked for: environment, container, instance. */
  credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string } | undefined;
  /** Somewhere else than Amazon's own. AWS_ENDPOINT_URL_SESV2 says the same. */
  endpoint?: string;
  /** What connecting may take, and then its answer. */
  patienceMs?: number;
  /** What a whole try may take: asking for credentials is part of it. */
  tryMs?: number;
}

/** Hands mails to Amazon SES. Its library takes thirty megabytes: it is loaded with the first mail. */
export function sesMailer(options: SesOptions): Mailer {
  const { from, tryMs = 30_000 } = options;
  const closing = new AbortController();
  let opened: Promise<Ses> | undefined;
  return {
    async deliver(message) {
      const abortSignal = AbortSignal.any([AbortSignal.timeout(tryMs), closing.signal]);
      try {
        const ses = await (opened ??= open(options));
        const sending = ses.send(message, await wholeMail(message, from), abortSignal);
        await Promise.race([sending, aborted(abortSignal)]);
        return { outcome: 'accepted' };
      } catch (error) {
        return judged(error);
      }
    },
    async close() {
      closing.abort();
      (await opened?.catch(() => undefined))?.close();
    },
  };
}

interface Ses {
  send(message: Message, whole: Buffer, abortSignal: AbortSignal): Promise<unknown>;
  close(): void;
}

async function open(options: SesOptions): Promise<Ses> {
  const { region, from, credentials, endpoint, patienceMs = 10_000 } = options;
  const { SESv2Client, SendEmailCommand } = await import('@aws-sdk/client-sesv2');
  const client = new SESv2Client({
    region,
    ...(credentials && { credentials }),
    ...(endpoint !== undefined && { endpoint }),
    // When to try again is our decision: a request that got no answer may have been sent.
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: patienceMs,
      requestTimeout: patienceMs,
      throwOnRequestTimeout: true,
    },
  });
  return {
    send({ id, to }, whole, abortSignal) {
      const command = new SendEmailCommand({
        FromEmailAddress: from.address,
        Destination: { ToAddresses: [to] },
        Content: { Raw: { Data: whole } },
        EmailTags: [{ Name: 'mail', Value: id }],
      });
      return client.send(command, { abortSignal });
    },
    close: () => client.destroy(),
  };
}

/**
 * Written by us, as for a mail server: parts, encodings and headers are the same on every way. SES puts a Message-ID of
 * its own in the place of ours, whatever it is given, and takes none with simple content; the header beside it stays.
 */
async function wholeMail(message: Message, from: Sender): Promise<Buffer> {
  const { headers, ...rest } = inHeaders(message, from);
  const original = { 'Original-Message-ID': messageId(message.id, from) };
  const { message: whole } = await WRITER.sendMail({
    ...rest,
    headers: { ...headers, ...original },
  });
  if (!Buffer.isBuffer(whole)) throw new Error('the mail was not written whole');
  return whole;
}

const WRITER = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const give = () => reject(new Error('TimeoutError: SES did not answer in time'));
    if (signal.aborted) give();
    else signal.addEventListener('abort', give, { once: true });
  });
}

/** About this mail or its recipient. All else is ours or the operator's to mend (limits, pauses, keys), or passes. */
const REFUSALS = ['MessageRejected', 'BadRequestException'];

const BAD_KEYS =
  /^(UnrecognizedClient|InvalidClientTokenId|InvalidSignature|SignatureDoesNotMatch|ExpiredToken)/;

/** In its sandbox, and for a sender nobody vouched for, SES rejects mails that are right. */
const NOT_VERIFIED = /not verified/i;

function judged(error: unknown): Delivery {
  const { name, message, $metadata }: Record<string, unknown> = Object(error);
  const { httpStatusCode: status }: Record<string, unknown> = Object($metadata);
  const text = String(message ?? error);
  const why = typeof name === 'string' && name !== 'Error' ? `${name}: ${text}` : text;
  if (REFUSALS.includes(String(name)) && !NOT_VERIFIED.test(text)) {
    return { outcome: 'refused', why };
  }
  const loginRefused = BAD_KEYS.test(String(name));
  return { outcome: 'not-now', why, inDoubt: mayBeTaken(error, status), loginRefused };
}

/** The request went out, and what came back was no answer. */
function mayBeTaken(error: unknown, status: unknown): boolean {
  if (typeof status === 'number') return status < 400;
  const { name, code, message }: Record<string, unknown> = Object(error);
  const said = [name, code, message].join(' ');
  return LOST.test(said) && !/establish a connection/.test(said);
}

/** However deep its library wraps it. */
const LOST = /TimeoutError|AbortError|ECONNRESET|EPIPE/;
