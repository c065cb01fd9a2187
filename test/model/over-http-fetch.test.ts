import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import { Secret } from "../../src/base/secret.ts";
import type { Model } from "../../src/model/contract.ts";
import { openModel } from "../../src/model/open.ts";
import { createHttpFetch } from "../../src/net/http-fetch.ts";
import { aRequest } from "../contracts/model-contract.ts";
import { type FakeOpenAi, fakeKey, startFakeOpenAi } from "../fakes/fake-openai.ts";
import { createManualClock } from "../fakes/manual-clock.ts";

describe("model over net/http-fetch", () => {
  let server: FakeOpenAi;
  beforeEach(async () => {
    server = await startFakeOpenAi();
  });
  afterEach(() => server.close());
  const open = (api: "responses" | "chat", baseUrl = server.baseUrl, maxResponseBytes = 100_000_000): Model =>
    openModel({
      api,
      model: "gpt-5.1",
      apiKey: new Secret(fakeKey),
      baseUrl,
      fetch: createHttpFetch({ connectTimeoutMs: 5_000, maxResponseBytes }),
      clock: createManualClock(),
      log: silentLogger,
    });

  it.each(["responses", "chat"] as const)("streams an answer (%s)", async (api) => {
    const heard: string[] = [];
    server.reply({ kind: "answer", text: ["Hel", "lo"] });

    const answer = await open(api).generate(aRequest(), {
      signal: new AbortController().signal,
      onText: (delta) => heard.push(delta),
    });

    expect(answer.text).toBe("Hello");
    expect(heard).toEqual(["Hel", "lo"]);
  });

  it("says which server can't be reached, and why", async () => {
    const call = open("chat", "http://127.0.0.1:1/v1").generate(aRequest(), {
      signal: new AbortController().signal,
    });

    await expect(call).rejects.toMatchObject({
      code: "model.unavailable",
      retry: { kind: "backoff" },
      message: expect.stringContaining("127.0.0.1:1"),
    });
  });

  it("lets go of the connection when it is told to stop", async () => {
    const control = new AbortController();
    let heard = 0;
    server.reply({ kind: "part", next: "stall", events: 2, answer: { kind: "answer", text: ["Well", "…"] } });
    const call = open("chat").generate(aRequest(), { signal: control.signal, onText: () => (heard += 1) });
    const outcome = call.catch((error: unknown) => error);
    await expect.poll(() => heard).toBe(1);

    control.abort();

    expect(await outcome).toMatchObject({ code: "model.aborted" });
    await expect.poll(() => server.abandoned()).toBe(1);
  });

  it("translates the cap of the fetch like its own", async () => {
    server.reply({ kind: "babble", bytes: 5_000_000 });

    const call = open("chat", server.baseUrl, 1_000_000).generate(aRequest(), {
      signal: new AbortController().signal,
    });

    await expect(call).rejects.toMatchObject({ code: "model.too_large" });
  });
});
