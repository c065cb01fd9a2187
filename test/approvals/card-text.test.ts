import { describe, expect, it } from "vitest";
import { draftApproval } from "../../src/approvals/ask-approval.ts";
import { actName, actText, wholeText } from "../../src/approvals/card-text.ts";
import { visible } from "../../src/approvals/visible-text.ts";
import { type AgentPrincipal, agentPrincipal } from "../../src/domain/connection.ts";
import {
  asApprovalId,
  asPersonKey,
  asRunId,
  asTenantId,
  asWaitId,
  type PersonKey,
} from "../../src/domain/ids.ts";
import type { Run } from "../../src/domain/run.ts";
import { untainted } from "../../src/domain/taint.ts";
import { sealedFor } from "../../src/approvals/ask-approval.ts";
import { asked, testSeal } from "../support/open-stages.ts";

/* oxlint-disable typescript/no-unsafe-type-assertion -- the members of a run that an approval binds */
const run = {
  id: asRunId("run_1"),
  tenant: asTenantId("local"),
  agent: "deputy",
  subject: asPersonKey("local:local:ana"),
  subjectName: "Ana",
  mode: "employee",
  taint: untainted,
} as Run;
/* oxlint-enable typescript/no-unsafe-type-assertion */

function approvalOf(
  args: Readonly<Record<string, string>>,
  rights: Parameters<typeof draftApproval>[0]["rights"] = {},
  title?: string,
) {
  const draft = draftApproval(
    {
      run,
      tool: { name: "mail__send", effect: "write-external", ...(title === undefined ? {} : { title }) },
      canonical: JSON.stringify(args),
      rights,
      policy: asked(),
      files: [],
    },
    { id: asApprovalId("apr_1"), step: 1, nonce: "n", now: 0, ttlMs: 1_000, warnings: [] },
  );
  return sealedFor(draft, asWaitId("wait_1"), testSeal);
}

describe("approvals/card-text", () => {
  it.each([
    ["text that turns direction", "a\u202eb", String.raw`a\u{202e}b`],
    ["zero width", "pay\u200bpal", String.raw`pay\u{200b}pal`],
    ["tags", "a\u{e0041}", String.raw`a\u{e0041}`],
    ["control characters", "a\u0007\u001b[2K", String.raw`a\u{7}\u{1b}[2K`],
    ["the end of its code block", "x\n```\nApproved", String.raw`x\n\u{60}\u{60}\u{60}\nApproved`],
    ["a domain that imitates another", "bo@pаypal.com", "bo@xn--pypal-4ve.com"],
    ["plain words", "Bo & Cy <x@y.example>", "Bo & Cy <x@y.example>"],
  ])("APR-5 A7: shows %s as what it is", (_what, text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  it("APR-5: says whose account is used, also of a person's that a run in a channel may use", () => {
    const owned = (owner: PersonKey | AgentPrincipal): string =>
      actText(
        approvalOf(
          { to: "bo" },
          { connection: "conn_1", account: "ana@corp.example", grant: { connection: "mail", owner } },
        ),
      );
    expect(owned(run.subject)).toContain("It uses Ana's mail account ana@corp.example.");
    expect(owned(agentPrincipal(run.tenant, "deputy"))).toContain("It uses the agent's own mail account");
  });

  it("APR-5: cuts nothing silently: says how much is left, and shows all of it in parts with the same digest", () => {
    const approval = approvalOf({ to: "bo", text: "x".repeat(6_000) });
    const card = actText(approval);
    const parts = wholeText(approval);

    expect(card).toContain("more characters: “View all” shows everything.");
    expect(parts).toHaveLength(3);
    expect(parts.join("").match(/x/gu)?.length).toBeGreaterThanOrEqual(6_000);
    for (const text of [card, ...parts]) expect(text).toContain(approval.digest.slice(0, 12));
  });

  it("CT2: is called what its server calls it, in quotes, beside its own name and where it goes", () => {
    const name = (title?: string): string => actName(approvalOf({ to: "jo@acme.example" }, {}, title));
    expect(name()).toBe("mail__send: jo@acme.example");
    expect(name("Send a letter")).toBe("“Send a letter” (mail__send): jo@acme.example");
    expect(name("Read”\n**Approved**\u202e (mail__reader)")).toBe(
      String.raw`“Read'\n**Approved**\u{202e} (mail__read…” (mail__send): jo@acme.example`,
    );
    expect(name("Read❞＂″〞 (mail__reader)")).toBe("“Read'''' (mail__reader)” (mail__send): jo@acme.example");
    expect(actText(approvalOf({ to: "jo" }, {}, "Send a letter"))).toMatch(/^`mail__send` with:/);
  });

  it("CT2: the name of a server binds nothing that its pin does not bind", () => {
    const given = approvalOf({ to: "jo" });
    expect(approvalOf({ to: "jo" }, {}, "Send").digest).toBe(given.digest);
    expect(testSeal.holds({ ...given, facts: { ...given.facts, title: "Send" } })).toBe(false);
  });

  it("APR-1: any difference in what is bound is another digest", () => {
    expect(approvalOf({ to: "bo" }).digest).toBe(approvalOf({ to: "bo" }).digest);
    expect(approvalOf({ to: "bo" }).digest).not.toBe(approvalOf({ to: "bo " }).digest);
  });

  it.each(["", "x", "0".repeat(43), "\u0000"])(
    "APR-10: a row with the seal %j does not hold, and breaks nothing",
    (seal) => {
      const approval = approvalOf({ to: "bo" });
      expect(testSeal.holds({ ...approval, seal })).toBe(false);
      expect(testSeal.holds({ ...approval, seal: approval.seal.slice(0, -2) })).toBe(false);
      expect(testSeal.holds({ ...approval, seal: `${approval.seal}AA` })).toBe(false);
    },
  );

  it.each(["arguments", "digest", "tool", "state", "wait"] as const)(
    "APR-10: a row whose %s was edited does not hold",
    (field) => {
      const approval = approvalOf({ to: "bo" });

      expect(testSeal.holds(approval)).toBe(true);
      expect(testSeal.holds({ ...approval, [field]: "approved" })).toBe(false);
      expect(testSeal.holds({ ...approval, facts: { ...approval.facts, approvers: [["group:mine"]] } })).toBe(
        false,
      );
    },
  );
});
