import type { Settings } from '../settings/settings.ts';

export type TracingSettings = Pick<Settings, Extract<keyof Settings, `OTEL_${string}`>>;

/** Where traces go; undefined where nobody asked for any. Light: it is asked at every start. */
export function tracesGoTo(settings: TracingSettings): 'otlp' | 'console' | undefined {
  const endpoint =
    settings.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? settings.OTEL_EXPORTER_OTLP_ENDPOINT;
  const exporter = settings.OTEL_TRACES_EXPORTER ?? (endpoint === undefined ? 'none' : 'otlp');
  return settings.OTEL_SDK_DISABLED || exporter === 'none' ? undefined : exporter;
}
