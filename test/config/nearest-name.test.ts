import { describe, expect, it } from "vitest";
import { nearestName } from "../../src/config/nearest-name.ts";

describe("config/nearest-name", () => {
  it.each([
    ["rolle", ["role", "model"], "role"],
    ["modle", ["role", "model"], "model"],
    ["SLACK", ["slack"], "slack"],
    ["nothing-like-it", ["role", "model"], undefined],
    ["x", [], undefined],
  ])("finds for %j among %j: %j", (name, known, nearest) => {
    expect(nearestName(name, known)).toBe(nearest);
  });
});
