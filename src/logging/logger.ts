import { type DestinationStream, type Logger as Pino, destination, pino } from 'pino';
import { scrubbed, withoutSecrets } from './redaction.ts';

/** Writes what happened, a line a happening, and refuses to know any secret (redaction.ts). */
export type Logger = Pick<Pino, 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace'> & {
  child(bindings: Record<string, unknown>): Logger;
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
          method.apply(this, [clear(first), message && scrubbed(message), ...more.map(clear)]);
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

function clear<T>(argument: T): T | string {
  return typeof argument === 'string' ? scrubbed(argument) : argument;
}

/**
 * Where lines go: JSON to standard output in production; in development to standard error, readable in a terminal,
 * so that standard output holds only the welcome.
 */
export async function logDestination(options: { production: boolean }): Promise<DestinationStream> {
  const fd = options.production ? 1 : 2;
  const raw = destination({ fd, sync: true });
  // A full disk or a closed pipe must not fail the request that is told about.
  raw.on('error', () => {});
  if (options.production || !process.stderr.isTTY) return raw;
  const { default: pinoPretty } = await import('pino-pretty');
  return pinoPretty({ destination: raw, sync: true, ignore: 'pid,hostname' });
}
