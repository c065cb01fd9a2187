import { describe, expect, it } from "vitest";
import { modelApiOf } from "../../src/config/env-model.ts";
import { loadConfig } from "../../src/config/load-config.ts";

const key = { OPENAI_API_KEY: "sk-test" };
const base = { OPENAI_BASE_URL: "http://127.0.0.1:8080/v1" };

describe("config/env-model", () => {
  it.each([
    [{}, "scripted"],
    [key, "responses"],
    [base, "chat"],
    [{ ...key, ...base }, "chat"],
    [{ ...key, ...base, DEPUTY_MODEL_API: "responses" }, "responses"],
    [{ ...key, DEPUTY_MODEL_API: "scripted" }, "scripted"],
  ])("speaks to the model service that %j suggests: %s", (env, api) => {
    expect(modelApiOf(loadConfig({ env, cwd: "/nowhere" }).model)).toBe(api);
  });
});
