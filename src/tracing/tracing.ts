/**
 * Traces of what is seen, for OpenTelemetry. Owns what a span is called and what it tells (spans.ts), and where it goes;
 * refuses to know secrets, addresses and anything that a stranger sent. Nothing of it is loaded where nobody asked for it.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { pairsIn } from '../settings/tracing.ts';
import type { Watch } from '../watching/watch.ts';
import { type ExporterLog, exporterFor } from './exporter.ts';
import { samplerFor } from './sampler.ts';
import { tracingWatch } from './tracing-watch.ts';
import type { TracingSettings } from './wanted.ts';

export interface Tracing {
  watch: Watch;
  /** What is not sent yet is sent, if that goes quickly. */
  close(): Promise<void>;
}

/** A collector that is away keeps nobody from leaving. */
const LAST_WORDS_MS = 2000;

export function openTracing(
  settings: TracingSettings,
  { to, version, log }: { to: 'otlp' | 'console'; version: string; log: ExporterLog },
): Tracing {
  const exporter = exporterFor(settings, to, log);
  const provider = new TracerProvider({
    resource: resourceOf(settings, version),
    sampler: samplerFor(settings),
    spanProcessors: [
      new BatchSpanProcessor({ exporter, scheduledDelayMillis: settings.OTEL_BSP_SCHEDULE_DELAY }),
    ],
  });
  return {
    watch: tracingWatch(provider.getTracer('gatehouse', version)),
    async close() {
      const closed = provider.shutdown().catch(() => {});
      await Promise.race([closed, pause(LAST_WORDS_MS, undefined, { ref: false })]);
    },
  };
}

function resourceOf(settings: TracingSettings, version: string) {
  const { OTEL_SERVICE_NAME: name, OTEL_RESOURCE_ATTRIBUTES: attributes = '' } = settings;
  return defaultResource().merge(
    resourceFromAttributes({
      'service.name': 'gatehouse',
      'service.version': version,
      'process.pid': process.pid,
      ...pairsIn(attributes),
      ...(name && { 'service.name': name }),
    }),
  );
}
