import { z } from 'zod';

/** The operator's own door. */
export const metricsSettings = {
  METRICS_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .optional()
    .describe(
      'A second listener, for /metrics (Prometheus) and /health in detail. Without it nothing is counted.',
    ),
  METRICS_HOST: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe(
      'The address that METRICS_PORT listens on; anything but this machine is for a network of your own.',
    ),
};
