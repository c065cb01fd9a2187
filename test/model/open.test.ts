import { describe, expect, it } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import { Secret } from "../../src/base/secret.ts";
import { openModel } from "../../src/model/open.ts";
import { modelDrivers } from "../../src/model/registry.ts";
import { createManualClock } from "../fakes/manual-clock.ts";

const apis = ["responses", "chat", "scripted"] as const;
const deps = {
  model: "gpt-5.1",
  apiKey: new Secret("sk-test"),
  fetch: () => Promise.reject(new Error("no call was to be made")),
  clock: createManualClock(),
  log: silentLogger,
};

describe("model/open", () => {
  it.each(apis)("opens %s without touching the network", (api) => {
    const model = openModel({ ...deps, api });

    expect(model.scripted).toBe(api === "scripted");
    expect(model.name).toBe(api === "scripted" ? "scripted" : "gpt-5.1");
  });

  it("knows no other kinds", () => {
    expect(Object.keys(modelDrivers)).toEqual(apis);
  });

  it("keeps the key out of whatever is printed of a model", () => {
    const model = openModel({ ...deps, api: "responses" });

    expect(JSON.stringify(model)).not.toContain("sk-test");
  });
});
