// Killed (-9) between asking for an approval, its decision and its use, on both profiles: it is used once, nothing is done twice or
// without it, and whoever asked gets an answer (APR-2, I4, I5, I13).

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { actOut, build } from "./act-out.ts";
import { approvalsOf, postsOf, rowsOf } from "./outcome.ts";
import { openProfile, type Profile, profileNames } from "./profiles.ts";
import { approvalPoints, type Scenario } from "./scenarios.ts";

/** Of an act that may be done only once: in doubt a person looks, and what is done again is approved again. */
const scenario: Scenario = {
  name: "an act that a person approves, and that may be done once",
  config:
    "policy: [{ name: a-look, match: { tool: 'send_*' }, decision: ask, approvers: [requester], expires: 1h }]\n",
  threads: [{ who: 0, asks: "@deputy do the payment" }],
  stories: [
    {
      mark: "payment",
      calls: [
        ["send_once", { what: "a payment" }],
        ["finish", { summary: "Paid.", files: [] }],
      ],
    },
  ],
  comesBy: approvalPoints,
  posts: [],
  runs: ["done"],
  outside: [["once", "a payment"]],
};

const deaths = [...approvalPoints, "tool.before-act", "tool.after-act"] as const;

describe.each(profileNames)("crash: approvals on %s", (profileName) => {
  let profile: Profile;
  beforeAll(async () => {
    profile = await openProfile(profileName);
  });
  afterAll(() => profile.stop());

  it.each(deaths)("APR-2 I5: is used once and everybody is answered when it dies at %s", async (name) => {
    const set = await build(profile, scenario);
    try {
      await actOut(set, [{ name, pass: 1 }]);

      for (const [kind, what] of scenario.outside)
        expect([what, set.world.times(kind, what)]).toEqual([what, 1]);
      const approvals = await approvalsOf(set);
      const used = approvals.filter(
        ({ state }) => state === "done" || state === "failed" || state === "unknown",
      );
      expect(new Set(used.map(({ step, state }) => `${step} ${state}`)).size).toBe(used.length);
      expect(approvals.every(({ state }) => state !== "pending" && state !== "executing")).toBe(true);
      expect(approvals.filter(({ votes }) => votes.length > 1)).toEqual([]);
      const [row] = await rowsOf(set);
      expect(row?.run.state).toBe("done");
      expect(row?.waits.filter(({ state }) => state === "open")).toEqual([]);
      expect((await postsOf(set)).filter(({ kind }) => kind === "result")).toHaveLength(1);
    } finally {
      await set.close();
    }
  });
});
