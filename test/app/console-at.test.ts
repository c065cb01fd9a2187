import { describe, expect, it } from "vitest";
import { createConsoleAt } from "../../src/app/console-at.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { asPersonKey, asRunId } from "../../src/domain/ids.ts";

const run = asRunId("run_1");
const slack = {
  SLACK_BOT_TOKEN: "xoxb-1",
  SLACK_SIGNING_SECRET: "signing-secret-of-slack",
  SLACK_CLIENT_ID: "1.2",
  SLACK_CLIENT_SECRET: "client-secret-of-slack",
};
const teams = { TEAMS_APP_ID: "app", TEAMS_APP_PASSWORD: "password-of-teams", TEAMS_TENANT_ID: "tenant" };
const reached = { DEPUTY_PUBLIC_URL: "https://deputy.example" };

function at(env: Record<string, string>) {
  return createConsoleAt(loadConfig({ env, cwd: "/nowhere" }), () => "http://127.0.0.1:3000");
}

describe("app/console-at", () => {
  it("is at the public address for whoever can sign in there", () => {
    const both = at({ ...slack, ...teams, ...reached });
    for (const platform of ["slack", "teams"]) {
      expect(both.runPage(run, platform)).toBe("https://deputy.example/console/runs/run_1");
      expect(both.home(platform)).toBe("https://deputy.example/console");
    }
    expect(both.detailsAt(run, asPersonKey("slack:T1:U1"))).toBe("https://deputy.example/console/runs/run_1");
  });

  it("is nowhere for people who could not say who they are", () => {
    const one = at({ ...slack, ...reached });
    expect(one.runPage(run, "teams")).toBeUndefined();
    expect(one.home("teams")).toBeUndefined();
    const { SLACK_CLIENT_ID: _, SLACK_CLIENT_SECRET: __, ...bare } = slack;
    expect(at({ ...bare, ...reached }).runPage(run, "slack")).toBeUndefined();
  });

  it("is nowhere without a public address", () => {
    const inside = at(teams);
    expect(inside.runPage(run, "teams")).toBeUndefined();
    expect(inside.home("teams")).toBeUndefined();
    expect(inside.detailsAt(run, asPersonKey("teams:t:u"))).toBeUndefined();
  });

  it("CA1: an address holds the run's id and nothing else; in the local chat its page says who looks", () => {
    expect(at({}).runPage(run, "local")).toBe("/chat/console/runs/run_1");
    expect(at({}).detailsAt(run, asPersonKey("local:local:ana"))).toBe(
      "http://127.0.0.1:3000/chat/console/runs/run_1?as=ana",
    );
  });
});
