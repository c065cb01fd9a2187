// Settings of metrics and traces.

import { z } from "zod";
import { secretSetting, setting } from "./contract.ts";
import { webAddress } from "./text-schemas.ts";

export const observabilitySlice = {
  title: "Observability",
  note: "This version sends no traces yet: the `OTEL_*` names are checked, and not used.",
  settings: {
    metricsToken: secretSetting({
      name: "METRICS_TOKEN",
      description: "Bearer token that `/metrics` asks for",
      otherwise: "`/metrics` answers this machine only",
    }),
    otlpEndpoint: setting({
      name: "OTEL_EXPORTER_OTLP_ENDPOINT",
      description: "Collector of traces. The other standard `OTEL_*` names are accepted too",
      schema: webAddress({ httpAnywhere: true }),
    }),
    otlpHeaders: secretSetting({
      name: "OTEL_EXPORTER_OTLP_HEADERS",
      description: "Headers for the collector, such as its token",
    }),
    serviceName: setting({
      name: "OTEL_SERVICE_NAME",
      description: "Name of this service in traces",
      schema: z.string(),
      default: "deputy",
    }),
  },
} as const;
