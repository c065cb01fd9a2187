import { describe, expect, it } from "vitest";
import { consolePath, isConsolePath } from "../../src/web/console-path.ts";

describe("web/console-path", () => {
  it("knows the pages that a sign-in may lead back to", () => {
    expect(isConsolePath("/console")).toBe(true);
    expect(isConsolePath(consolePath("run_01m83t4cm1"))).toBe(true);
  });

  it.each([
    "//elsewhere.example",
    "https://elsewhere.example/console",
    "/console/../chat",
    "/console/runs/",
    "/console/runs///elsewhere.example",
    "/console/runs/run_1/stop",
    "/console/runs/run_1?next=//elsewhere.example",
    "/console/runs/run_1\n//elsewhere.example",
    "/console/sign-out",
    "/connect/abc",
    "",
  ])("leads nowhere else: %j", (path) => {
    expect(isConsolePath(path)).toBe(false);
  });
});
