// Traces, where the settings name a collector. Elsewhere nothing of it is loaded.

import { systemClock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import { namedValues } from "../config/env-observability.ts";
import type { Config } from "../config/load-config.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Tracing } from "../telemetry/tracing.ts";

export async function openTracing(
  config: Config,
  log: Logger,
  metrics: Pick<Metrics, "spans">,
): Promise<Tracing | undefined> {
  const { otlpEndpoint, otlpTracesEndpoint, otelDisabled, ...settings } = config.observability;
  const url = otlpTracesEndpoint ?? (otlpEndpoint === undefined ? undefined : `${otlpEndpoint}/v1/traces`);
  if (url === undefined || otelDisabled) return undefined;
  const { createOtelTracing } = await import("../telemetry/otel-tracing.ts");
  const { otlpHeaders, serviceName, resourceAttributes, tracesSampler, tracesSamplerArg } = settings;
  return createOtelTracing({
    url,
    headers: () => (otlpHeaders === undefined ? {} : namedValues(otlpHeaders.reveal())),
    resource: {
      "service.name": "deputy",
      ...(resourceAttributes === undefined ? {} : namedValues(resourceAttributes)),
      ...(serviceName === undefined ? {} : { "service.name": serviceName }),
    },
    sampler: plainSampler(tracesSampler),
    ratio: tracesSamplerArg,
    clock: systemClock,
    log,
    counted: metrics.spans,
  });
}

/** Our traces begin with us, so a sampler that would ask a parent first has none to ask. */
function plainSampler(
  name: Config["observability"]["tracesSampler"],
): "always_on" | "always_off" | "traceidratio" {
  switch (name) {
    case "always_off":
    case "parentbased_always_off":
      return "always_off";
    case "traceidratio":
    case "parentbased_traceidratio":
      return "traceidratio";
    case "always_on":
    case "parentbased_always_on":
      return "always_on";
    default:
      return name satisfies never;
  }
}
