import { tmpdir } from "node:os";
import { describe, expect, it } from "vitest";
import { namedValues } from "../../src/config/env-observability.ts";
import { loadConfig } from "../../src/config/load-config.ts";

const load = (env: Record<string, string>) => loadConfig({ env, cwd: tmpdir() }).observability;

describe("config/env-observability", () => {
  it("reads the names of OpenTelemetry as it means them", () => {
    const settings = load({
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://localhost:4318/",
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "https://traces.example/in",
      OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
      OTEL_TRACES_SAMPLER_ARG: "0.25",
      OTEL_SDK_DISABLED: "True",
    });

    expect(settings).toMatchObject({
      otlpEndpoint: "http://localhost:4318",
      otlpTracesEndpoint: "https://traces.example/in",
      tracesSampler: "parentbased_traceidratio",
      tracesSamplerArg: 0.25,
      otelDisabled: true,
    });
  });

  it("OTEL_SDK_DISABLED: whatever is not true is false", () => {
    expect(load({ OTEL_SDK_DISABLED: "yes" }).otelDisabled).toBe(false);
  });

  it("takes a comma list of names and values, percent-decoded", () => {
    expect(namedValues("authorization=Bearer%20a%2Cb, x-team = t=1,half=50%")).toEqual({
      authorization: "Bearer a,b",
      "x-team": "t=1",
      half: "50%",
    });
  });

  it.each([
    ["OTEL_TRACES_SAMPLER", "sometimes", "expected one of always_on"],
    ["OTEL_TRACES_SAMPLER_ARG", "1.5", "expected a number from 0 to 1"],
    ["OTEL_RESOURCE_ATTRIBUTES", "no equals", "expected a comma list of name=value"],
    ["OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4318", "expected an address such as"],
  ])("refuses %s=%s with what was expected", (name, value, expected) => {
    expect(() => load({ [name]: value })).toThrow(expected);
  });

  it("G2: a refused secret is not repeated", () => {
    expect(() => load({ OTEL_EXPORTER_OTLP_HEADERS: "hunter2-hunter2" })).toThrow(/expected a comma list/);
    expect(() => load({ OTEL_EXPORTER_OTLP_HEADERS: "hunter2-hunter2" })).not.toThrow(/hunter2/);
  });
});
