import type { SpanExporter } from "@opentelemetry/sdk-trace-node";
import { describe, expect, it } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import { watchExport } from "../../src/telemetry/span-export.ts";
import { createManualClock } from "../fakes/manual-clock.ts";

describe("telemetry/span-export", () => {
  function watched() {
    const clock = createManualClock();
    const said: string[] = [];
    const counted: string[] = [];
    let failure: Error | undefined;
    const inner: SpanExporter = {
      export: (_spans, done) => done(failure ? { code: 1, error: failure } : { code: 0 }),
      shutdown: () => Promise.resolve(),
    };
    const log = {
      ...silentLogger,
      warn: (text: string) => void said.push(`warn ${text}`),
      info: (text: string) => void said.push(`info ${text}`),
    };
    const watching = watchExport(inner, {
      clock,
      log,
      counted: (outcome, spans) => void counted.push(`${outcome} ${spans}`),
    });
    return {
      clock,
      said,
      counted,
      state: () => watching.state(),
      send: (error?: Error) => {
        failure = error;
        watching.exporter.export([], () => undefined);
      },
    };
  }

  it("says at most once a minute that traces are lost, and that they come again", async () => {
    const { clock, said, send } = watched();

    for (let second = 0; second < 90; second += 1) {
      send(new Error("connect ECONNREFUSED"));
      await clock.advance(1_000);
    }
    send();

    expect(said).toEqual([
      "warn Traces could not be sent; these spans are lost, the work goes on",
      "warn Traces could not be sent; these spans are lost, the work goes on",
      "info Traces are sent again",
    ]);
  });

  it("knows since when it fails and why", async () => {
    const exported = watched();
    const { clock, counted, send } = exported;
    const since = clock.now();

    send(new Error("first"));
    await clock.advance(5_000);
    send(new Error("second"));

    expect(exported.state()).toEqual({ kind: "failing", since, why: "second" });
    send();
    expect(exported.state()).toEqual({ kind: "ok" });
    expect(counted).toEqual(["failed 0", "failed 0", "sent 0"]);
  });
});
