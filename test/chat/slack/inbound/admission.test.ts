// Whose deliveries are taken: of the workspace or the organisation that is configured, and of this app (ING-3, AM1, AM2).

import { describe, expect, it } from "vitest";
import { Secret } from "../../../../src/base/secret.ts";
import { createAdmission, type DeliverySource } from "../../../../src/chat/slack/inbound/admission.ts";
import type { Installation } from "../../../../src/chat/slack/installations.ts";

const installed = (teamId: string, appId?: string): Installation => ({
  teamId,
  botToken: new Secret("xoxb-of-a-test"),
  botUserId: "U0BOT",
  botId: "B0BOT",
  appId,
});

/** Who was let in, as `team of installation / teams whose people are members`, or why not. */
async function judged(
  settings: { readonly teamId?: string; readonly appId?: string },
  all: readonly Installation[],
  source: Partial<DeliverySource>,
): Promise<string> {
  let refusal = "no reason";
  const admit = createAdmission({
    settings: { apiUrl: "https://slack.example/api", ...settings },
    installations: {
      find: (id) => Promise.resolve(all.find(({ teamId }) => teamId === id)),
      list: () => Promise.resolve(all),
      revoke: () => Promise.resolve(),
    },
    reject: (why) => void (refusal = why),
  });
  const home = await admit({ isEnterpriseInstall: false, ...source });
  return home ? `${home.installation.teamId} / ${[...home.teams].join()}` : refusal;
}

describe("slack: admission", () => {
  const both = [installed("T1"), installed("T2")];
  const rows: [string, Parameters<typeof judged>, string][] = [
    ["the workspace that is configured", [{ teamId: "T1" }, both, { teamId: "T1" }], "T1 / T1"],
    ["another one, though the app is there", [{ teamId: "T1" }, both, { teamId: "T2" }], "foreign-team"],
    [
      "another one of its organisation",
      [{ teamId: "T1" }, both, { teamId: "T2", enterpriseId: "E1" }],
      "foreign-team",
    ],
    [
      "a workspace of the organisation that is configured",
      [{ teamId: "E1" }, both, { teamId: "T2", enterpriseId: "E1" }],
      "T2 / T2,E1",
    ],
    [
      "a workspace of another organisation",
      [{ teamId: "E1" }, both, { teamId: "T2", enterpriseId: "E2" }],
      "foreign-team",
    ],
    ["no workspace at all", [{ teamId: "T1" }, both, {}], "foreign-team"],
    ["one without the app, where none is configured", [{}, both, { teamId: "T9" }], "foreign-team"],
    ["one with the app, where none is configured", [{}, both, { teamId: "T2" }], "T2 / T2"],
    [
      "an app of the whole organisation",
      [
        {},
        [installed("E1"), installed("T1")],
        { teamId: "T1", enterpriseId: "E1", isEnterpriseInstall: true },
      ],
      "E1 / E1",
    ],
    [
      "an app of a workspace in an organisation",
      [{}, [installed("E1"), installed("T1")], { teamId: "T1", enterpriseId: "E1" }],
      "T1 / T1,E1",
    ],
    ["another app, by the settings", [{ appId: "A1" }, both, { teamId: "T1", appId: "A2" }], "foreign-app"],
    [
      "another app, by the installation",
      [{}, [installed("T1", "A1")], { teamId: "T1", appId: "A2" }],
      "foreign-app",
    ],
    ["this app", [{ appId: "A1" }, both, { teamId: "T1", appId: "A1" }], "T1 / T1"],
  ];
  it.each(rows)("ING-3: of %s", async (_, about, outcome) => {
    expect(await judged(...about)).toBe(outcome);
  });
});
