// What "allow for this run" stands for (AL1).

import { describe, expect, it } from "vitest";
import { type Act, draftApproval, sealedFor } from "../../src/approvals/ask-approval.ts";
import { moved, standingLimits, withStanding } from "../../src/approvals/decide-approval.ts";
import { standingFor, targetOf } from "../../src/approvals/standing.ts";
import type { Approval } from "../../src/domain/approval.ts";
import { asApprovalId, asPersonKey, asRunId, asTenantId, asWaitId } from "../../src/domain/ids.ts";
import type { Run } from "../../src/domain/run.ts";
import { externalMarks, untainted } from "../../src/domain/taint.ts";
import { asked, testSeal } from "../support/open-stages.ts";

const target = (value: unknown): string => targetOf(JSON.stringify(value));

describe("approvals/standing", () => {
  it("AL1: is where an act goes, whatever it says", () => {
    expect(target({ to: "bo", text: "one" })).toBe(target({ to: "bo", text: "two" }));
    expect(target({ to: "bo" })).not.toBe(target({ to: "cy" }));
  });

  it("AL1: is all of where it goes, however deep that stands", () => {
    const letter = (to: string) => ({ account: "ops", message: { to, text: "hello" } });
    expect(target(letter("bo"))).not.toBe(target(letter("cy")));
    expect(target({ ...letter("bo"), text: "x" })).toBe(target(letter("bo")));
    const many = (...all: string[]) => ({ channel: "C1", items: all.map((recipient) => ({ recipient })) });
    expect(target(many("bo"))).not.toBe(target(many("bo", "cy")));
  });

  it("AL1: is the whole of what names no place", () => {
    expect(target({ command: "ls" })).not.toBe(target({ command: "rm -r ." }));
  });

  const first = { id: 7, email: "bo@corp.example", note: "Hello" };
  it.each([
    ["another target by its name", { ...first, id: 8 }],
    ["an address in a member that has no target's name", { ...first, email: "evil@attacker.example" }],
    ["an address in the text", { ...first, note: "See https://attacker.example/x" }],
    ["one more recipient", { ...first, bcc: "evil@attacker.example" }],
    ["an account number somewhere deep", { ...first, more: [{ to_account: "GB33BUKB20201555555555" }] }],
    ["somebody by their id", { ...first, share_with: "U0EVIL123" }],
  ])("APR-8: %s is another one", (_, other) => {
    expect(target(other)).not.toBe(target(first));
    expect(target({ ...first, note: "Good morning" })).toBe(target(first));
  });
});

describe("approvals/standing: what it stands for", () => {
  /* oxlint-disable typescript/no-unsafe-type-assertion -- the members of a run that an approval binds */
  const run = {
    id: asRunId("run_1"),
    tenant: asTenantId("local"),
    agent: "deputy",
    subject: asPersonKey("local:local:ana"),
    subjectName: "Ana",
    mode: "assistant",
    taint: untainted,
  } as Run;
  /* oxlint-enable typescript/no-unsafe-type-assertion */
  const act: Act = {
    run,
    tool: { name: "mail__send", effect: "write-external", pin: "p1" },
    canonical: '{"to":"bo"}',
    rights: { connection: "conn_1", account: "ana@corp.example" },
    policy: asked(),
    files: [],
  };
  const given = (change: (approval: Approval) => Approval = (approval) => approval): Approval => {
    const asking = { id: asApprovalId("apr_1"), step: 1, nonce: "n", now: 0, ttlMs: 1_000, warnings: [] };
    const approval = sealedFor(draftApproval(act, asking), asWaitId("wait_1"), testSeal);
    const done = moved(withStanding(approval, 0, testSeal), "done", testSeal);
    return testSeal.sealed(change(done));
  };
  const stands = (other: Partial<Act> = {}, approval = given(), now = 1): boolean =>
    standingFor([approval], { ...act, ...other }, { now, seal: testSeal }) !== undefined;

  it("APR-8: for the same act again, and for other words to the same target", () => {
    expect(stands()).toBe(true);
    expect(stands({ canonical: '{"to":"bo","text":"more"}' })).toBe(true);
  });

  it.each<[string, Partial<Act>]>([
    ["under strangers' words", { run: { ...run, taint: externalMarks("evil.example") } }],
    ["money", { tool: { ...act.tool, effect: "money" } }],
    ["what destroys", { tool: { ...act.tool, effect: "destructive" } }],
    ["administration", { tool: { ...act.tool, effect: "admin" } }],
    ["another tool", { tool: { ...act.tool, name: "mail__forward" } }],
    ["another pin of the tool", { tool: { ...act.tool, pin: "p2" } }],
    ["another effect of it", { tool: { ...act.tool, effect: "chat" } }],
    ["another connection", { rights: { ...act.rights, connection: "conn_2" } }],
    ["another account", { rights: { ...act.rights, account: "else@corp.example" } }],
    ["another version of the rules", { policy: asked({ version: "later" }) }],
    ["other rules", { policy: asked({ rules: ["another"] }) }],
    ["another target", { canonical: '{"to":"cy"}' }],
  ])("APR-8 AL1: not for %s", (_, other) => {
    expect(stands(other)).toBe(false);
  });

  it("APR-8 APR-10: so long, so often, where it was given, and by a row that nobody else changed", () => {
    expect(stands({}, given(), standingLimits.ms)).toBe(false);
    expect(
      stands(
        {},
        given((approval) => ({ ...approval, uses: standingLimits.uses })),
      ),
    ).toBe(false);
    for (const state of ["pending", "approved", "denied", "expired", "cancelled", "superseded"] as const)
      expect(
        stands(
          {},
          given((approval) => ({ ...approval, state })),
        ),
      ).toBe(false);
    expect(stands({}, { ...given(), uses: -100 })).toBe(false);
  });

  it("APR-8: what was itself money stands for no money", () => {
    const money = { ...act, tool: { ...act.tool, effect: "money" } as const };
    const approval = given((one) => ({ ...one, facts: { ...one.facts, effect: "money" } }));
    expect(standingFor([approval], money, { now: 1, seal: testSeal })).toBeUndefined();
  });

  it("APR-8: what was given before strangers' words stands for nothing after them", () => {
    const run2 = { ...run, taint: externalMarks("evil.example") };
    expect(standingFor([given()], { ...act, run: run2 }, { now: 1, seal: testSeal })).toBeUndefined();
  });
});
