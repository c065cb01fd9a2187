// Settings of metrics and traces. The `OTEL_*` names mean what OpenTelemetry says they mean.

import { z } from "zod";
import { secretSetting, setting } from "./contract.ts";
import { oneOf, webAddress } from "./text-schemas.ts";

const samplers = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
] as const;

const pairsExpected = "expected a comma list of name=value";
const pairsForm = /^\s*[^\s=,]+\s*=[^,]*(?:,\s*[^\s=,]+\s*=[^,]*)*$/;

export const observabilitySlice = {
  title: "Observability",
  note: "Traces are sent when an OTLP endpoint is set, as OTLP over HTTP with JSON: [observability.md](observability.md).",
  settings: {
    metricsToken: secretSetting({
      name: "METRICS_TOKEN",
      description: "Bearer token that `/metrics` asks for",
      otherwise: "`/metrics` answers this machine only",
    }),
    otlpEndpoint: setting({
      name: "OTEL_EXPORTER_OTLP_ENDPOINT",
      description: "Collector of traces, such as `http://localhost:4318`; `/v1/traces` is added to it",
      schema: webAddress({ httpAnywhere: true }),
      otherwise: "no traces",
    }),
    otlpTracesEndpoint: setting({
      name: "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
      description: "The same for traces alone; nothing is added to it",
      schema: webAddress({ httpAnywhere: true }),
    }),
    otlpHeaders: secretSetting({
      name: "OTEL_EXPORTER_OTLP_HEADERS",
      description: "Headers for the collector, such as its token: a comma list of `name=value`",
      schema: z.string().regex(pairsForm, pairsExpected),
    }),
    serviceName: setting({
      name: "OTEL_SERVICE_NAME",
      description: "Name of this service in traces",
      schema: z.string(),
      otherwise: "`deputy`",
    }),
    resourceAttributes: setting({
      name: "OTEL_RESOURCE_ATTRIBUTES",
      description: "What else a trace says of this process: a comma list of `name=value`",
      schema: z.string().regex(pairsForm, pairsExpected),
    }),
    tracesSampler: setting({
      name: "OTEL_TRACES_SAMPLER",
      description: `Which traces are kept: ${samplers.map((name) => `\`${name}\``).join(", ")}. A run is kept whole or not at all`,
      schema: oneOf(samplers),
      default: "parentbased_always_on",
    }),
    tracesSamplerArg: setting({
      name: "OTEL_TRACES_SAMPLER_ARG",
      description: "Share of the traces that the ratio samplers keep, from 0 to 1",
      schema: z
        .string()
        .regex(/^(?:0?\.\d+|0|1(?:\.0+)?|0\.\d+)$/, "expected a number from 0 to 1")
        .transform(Number),
      default: "1",
    }),
    otelDisabled: setting({
      name: "OTEL_SDK_DISABLED",
      description: "`true` sends no traces, whatever else is set",
      schema: z.string().transform((text) => text.toLowerCase() === "true"),
      default: "false",
    }),
  },
} as const;

/** A comma list of `name=value`, percent-decoded, as the settings above hold it. */
export function namedValues(text: string): Readonly<Record<string, string>> {
  const pairs = text.split(",").map((part): [string, string] => {
    const at = part.indexOf("=");
    return [decoded(part.slice(0, at)), decoded(part.slice(at + 1))];
  });
  return Object.fromEntries(pairs);
}

function decoded(text: string): string {
  const plain = text.trim();
  try {
    return decodeURIComponent(plain);
  } catch {
    return plain; // a percent sign that means itself
  }
}
