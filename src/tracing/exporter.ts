import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { ConsoleSpanExporter, type SpanExporter } from '@opentelemetry/sdk-trace';
import { pairsIn } from '../settings/tracing.ts';
import type { TracingSettings } from './wanted.ts';

export interface ExporterLog {
  warn(fields: object, message: string): void;
  info(fields: object, message: string): void;
}

/** Timeouts, compression and certificates are read by the exporter itself, from OTEL_EXPORTER_OTLP_*. */
export function exporterFor(
  settings: TracingSettings,
  to: 'otlp' | 'console',
  log: ExporterLog,
): SpanExporter {
  if (to === 'console') return new ConsoleSpanExporter();
  const url = urlIn(settings);
  const headers = pairsIn(settings.OTEL_EXPORTER_OTLP_HEADERS ?? '');
  return tellingOnce(
    new OTLPTraceExporter({ ...(url && { url }), ...(headers && { headers }) }),
    log,
  );
}

function urlIn(settings: TracingSettings): string | undefined {
  const { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: whole, OTEL_EXPORTER_OTLP_ENDPOINT: base } = settings;
  return whole ?? (base && `${base.replace(/\/$/, '')}/v1/traces`);
}

/** A collector that is away is worth a line when it goes and one when it comes back, not one a batch. */
function tellingOnce(exporter: SpanExporter, log: ExporterLog): SpanExporter {
  let failing = false;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const failed = result.error !== undefined;
        if (failed && !failing) log.warn({ err: result.error }, 'traces cannot be delivered');
        if (!failed && failing) log.info({}, 'traces are delivered again');
        failing = failed;
        done({ code: DELIVERED });
      });
    },
    shutdown: () => exporter.shutdown(),
  };
}

const DELIVERED = 0;
