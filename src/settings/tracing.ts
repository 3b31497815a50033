import { z } from 'zod';

/** Traces, by the names that every program knows them under; these are read as OpenTelemetry says they are. */
export const tracingSettings = {
  OTEL_TRACES_EXPORTER: z
    .enum(['otlp', 'console', 'none'])
    .optional()
    .describe(
      'Where traces go: otlp, console or none. Default: otlp where an endpoint is set, else none.',
    ),
  OTEL_EXPORTER_OTLP_ENDPOINT: collector()
    .optional()
    .describe(
      'The OpenTelemetry collector, such as http://localhost:4318; /v1/traces is put behind it.',
    ),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: collector()
    .optional()
    .describe('The same for traces alone, taken as it is.'),
  OTEL_EXPORTER_OTLP_PROTOCOL: z
    .enum(['http/protobuf'], 'must be http/protobuf, the one that is spoken (port 4318 as a rule)')
    .optional()
    .describe('How the collector is spoken to: http/protobuf.'),
  OTEL_EXPORTER_OTLP_HEADERS: pairs()
    .optional()
    .describe('What the collector wants to see: name=value, separated by commas.'),
  OTEL_SERVICE_NAME: z.string().optional().describe('The name in traces. Default: gatehouse.'),
  OTEL_RESOURCE_ATTRIBUTES: pairs()
    .optional()
    .describe('What else traces say of this server: name=value, separated by commas.'),
  OTEL_TRACES_SAMPLER: z
    .enum([
      'always_on',
      'always_off',
      'traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
    ])
    .default('parentbased_always_on')
    .describe('Which requests are traced. parentbased: as whoever asks has decided, if they have.'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe('The part of them for a ratio, such as 0.1.'),
  OTEL_BSP_SCHEDULE_DELAY: z.coerce
    .number()
    .int()
    .min(1)
    .default(5000)
    .describe('How often traces are sent, in milliseconds.'),
  OTEL_SDK_DISABLED: z
    .string()
    .transform((text) => text.toLowerCase() === 'true')
    .optional()
    .describe('true: no traces, whatever else is set.'),
};

function collector() {
  return z.string().refine((text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    return url !== undefined && /^https?:$/.test(url.protocol) && !url.username && !url.password;
  }, 'must begin with http:// or https:// and hold no password; OTEL_EXPORTER_OTLP_HEADERS is for that');
}

function pairs() {
  return z
    .string()
    .refine((text) => pairsIn(text) !== undefined, 'must be name=value, separated by commas');
}

/** Values are percent-encoded where they must be. Undefined where it is no such list. */
export function pairsIn(text: string): Record<string, string> | undefined {
  const matches = text
    .split(',')
    .filter((pair) => pair.trim() !== '')
    .map((pair) => /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(pair));
  try {
    return Object.fromEntries(
      matches.map((match) => {
        if (!match) throw new TypeError('not a pair');
        return [decodeURIComponent(match[1] ?? ''), decodeURIComponent(match[2] ?? '')];
      }),
    );
  } catch {
    return undefined;
  }
}
