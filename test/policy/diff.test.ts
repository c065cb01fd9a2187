import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asPersonKey } from "../../src/domain/ids.ts";
import type { PolicyRule, PolicySource } from "../../src/policy/contract.ts";
import { diffPolicies } from "../../src/policy/diff.ts";
import { rule } from "./rules.ts";

const [u3, u4] = [asPersonKey("slack:T1:U3"), asPersonKey("slack:T1:U4")];
const source = (rules: readonly PolicyRule[], more: Partial<PolicySource> = {}): PolicySource => ({
  rules,
  channelApprovers: {},
  groups: {},
  ...more,
});
const ask = rule({ name: "r", decision: "ask", match: { tool: "mail__*" }, approvers: ["managers"] });

describe("policy/diff", () => {
  const turns = (old: Partial<PolicyRule>, next: Partial<PolicyRule>): string[] =>
    diffPolicies(source([{ ...ask, ...old }]), source([{ ...ask, ...next }])).map(({ turn }) => turn);

  it.each<[string, Partial<PolicyRule>, Partial<PolicyRule>]>([
    ["a denial that only asks", { decision: "deny" }, {}],
    ["what was asked and is allowed", {}, { decision: "allow" }],
    ["an ask that applies to less", { match: {} }, {}],
    ["one more condition", {}, { where: [{ path: "/to", op: "equals", value: "x" }] }],
    ["an allow that applies to more", { decision: "allow" }, { decision: "allow", match: {} }],
    ["one more approver", {}, { approvers: ["managers", "requester"] }],
    ["a smaller quorum", { quorum: 2 }, {}],
    ["no four eyes any more", { notRequester: true }, {}],
    ["a longer time to decide", { expiresMs: 1 }, { expiresMs: 2 }],
    ["an allow that begins to count", { decision: "allow", layer: "channel" }, { decision: "allow" }],
    ["a glob that becomes one tool", { match: { tool: "mail__*" } }, { match: { tool: "mail__send" } }],
  ])("POL-6: %s is looser, and the other way round tighter", (_what, old, next) => {
    expect(turns(old, next)).toEqual(["looser"]);
    expect(turns(next, old)).toEqual(["tighter"]);
  });

  it.each<[string, Partial<PolicyRule>, Partial<PolicyRule>]>([
    ["another tool", { match: { tool: "a" } }, { match: { tool: "b" } }],
    ["other approvers", { approvers: ["managers"] }, { approvers: ["requester"] }],
    ["stricter, for less", { match: {} }, { decision: "deny" }],
    ["another scope of what was allowed and is asked", { decision: "allow", match: {} }, {}],
  ])("PD1: %s is neither", (_what, old, next) => {
    expect(turns(old, next)).toEqual(["unclear"]);
  });

  it("POL-6: names what came and went, of rules, groups and channels", () => {
    const old = source([{ ...ask, name: "gone" }], {
      groups: { desk: [u3] },
      channelApprovers: { C1: [u3] },
    });
    const next = source([{ ...ask, name: "new", decision: "allow" }], { groups: { desk: [u3, u4] } });
    expect(diffPolicies(old, next).map(({ kind, name, change, turn }) => [kind, name, change, turn])).toEqual(
      [
        ["rule", "gone", "removed", "looser"],
        ["rule", "new", "added", "looser"],
        ["group", "desk", "changed", "looser"],
        ["channel", "C1", "removed", "unclear"],
      ],
    );
  });

  it("PD1: there and back again is the opposite, and nothing is no change", () => {
    const anyRule = fc.record({
      decision: fc.constantFrom("allow", "ask", "deny"),
      layer: fc.constantFrom("org", "channel"),
      quorum: fc.integer({ min: 1, max: 3 }),
      notRequester: fc.boolean(),
      tool: fc.constantFrom(undefined, "mail__*", "mail__send"),
    });
    fc.assert(
      fc.property(anyRule, anyRule, (a, b) => {
        const [one, other] = [a, b].map(({ tool, ...rest }) =>
          source([{ ...ask, ...rest, match: { tool } }]),
        );
        if (!one || !other) return;
        const opposite = { looser: "tighter", tighter: "looser", unclear: "unclear" };
        const there = diffPolicies(one, other).map(({ turn }) => turn);
        expect(diffPolicies(other, one).map(({ turn }) => opposite[turn])).toEqual(there);
        expect(diffPolicies(one, one)).toEqual([]);
      }),
    );
  });
});
