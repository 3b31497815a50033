import {
  type ChildLoggerOptions,
  type DestinationStream,
  type Logger as Pino,
  destination,
  pino,
} from 'pino';
import { scrubbed, withoutSecrets } from './redaction.ts';

/** Writes what happened, a line a happening, and refuses to know any secret (redaction.ts). */
export type Logger = Pick<Pino, 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace'> & {
  child(bindings: Record<string, unknown>, options?: ChildLoggerOptions): Logger;
};

export function openLogger(options: {
  level: string;
  to: DestinationStream;
  /** Hears every fault that is logged as a warning or worse. */
  onFault?: (error: unknown) => void;
}): Logger {
  const { onFault } = options;
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      // Errors were made into plain objects by then (redaction.ts).
      serializers: { err: (error: unknown) => error },
      formatters: {
        level: (label) => ({ level: label }),
        log: withoutSecrets,
      },
      hooks: {
        logMethod([first, message, ...more], method, level) {
          method.apply(this, [clear(first), message && sentence(message), ...more.map(clear)]);
          const { err }: { err?: unknown } = Object(first);
          if (err !== undefined && level >= WARNING) onFault?.(err);
        },
      },
    },
    options.to,
  );
}

/** As pino counts. */
const WARNING = 40;

/**
 * For lines whose every field is a word, a number or an address of our own making: nothing is looked for in them, which
 * would take longer than all else that is done for a line.
 */
export function openlySpoken(log: Logger): Pick<Logger, 'info' | 'debug'> {
  return log.child({}, { formatters: { log: (fields) => fields } });
}

/** Most lines are one of a few sentences. */
const sentences = new Map<string, string>();
const MOST_SENTENCES = 200;

function sentence(message: string): string {
  const known = sentences.get(message);
  if (known !== undefined) return known;
  const clean = scrubbed(message);
  if (sentences.size < MOST_SENTENCES) sentences.set(message, clean);
  return clean;
}

function clear<T>(argument: T): T | string {
  return typeof argument === 'string' ? scrubbed(argument) : argument;
}

/**
 * Where lines go: JSON to standard output in production; in development to standard error, readable in a terminal,
 * so that standard output holds only the welcome.
 */
export async function logDestination(options: { production: boolean }): Promise<DestinationStream> {
  const fd = options.production ? 1 : 2;
  const raw = linesTo(fd);
  if (options.production) return writtenTogether(raw);
  if (!process.stderr.isTTY) return raw;
  const { default: pinoPretty } = await import('pino-pretty');
  return pinoPretty({ destination: raw, sync: true, ignore: 'pid,hostname' });
}

/** A full disk or a closed pipe must not fail the request that is told about, nor keep more lines waiting than this. */
const MOST_WAITING = 1024 * 1024;

export function linesTo(fd: number): DestinationStream {
  const raw = destination({ fd, sync: true, maxLength: MOST_WAITING });
  raw.on('error', () => {});
  return raw;
}

/** Where many requests are answered a second, a call of the system for each line would be a tenth of the work. */
const TOGETHER = 4096;
const SOON_MS = 100;

/** Only a process that is killed takes its last lines along: those of a tenth of a second. */
function writtenTogether(raw: DestinationStream): DestinationStream {
  let lines = '';
  const flush = () => {
    const pending = lines;
    lines = '';
    if (pending) raw.write(pending);
  };
  setInterval(flush, SOON_MS).unref();
  process.on('exit', flush);
  return {
    write(line) {
      lines += line;
      if (lines.length > TOGETHER) flush();
    },
  };
}
