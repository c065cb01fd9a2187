import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asPersonKey } from "../../src/domain/ids.ts";
import {
  type PolicyDecision,
  type PolicyRequest,
  policyDecisions,
  policyLayers,
  predicateOps,
} from "../../src/domain/policy.ts";
import { effectClasses } from "../../src/domain/step.ts";
import type { PolicyRule } from "../../src/policy/contract.ts";
import { evaluate } from "../../src/policy/evaluate.ts";
import { loadPolicy } from "../../src/policy/load-policy.ts";
import { policyOf, request, rule } from "./rules.ts";

const bothMarks = { external: ["evil.example"], private: [asPersonKey("slack:T1:UANA")] };
const external = { external: ["evil.example"], private: [] };

describe("policy/evaluate", () => {
  it.each<[Partial<PolicyRequest>, PolicyDecision]>([
    [{ known: "builtin", tool: "read_file", effect: "read" }, "allow"],
    [{ known: "builtin", tool: "set_plan", effect: "own-state" }, "allow"],
    [{ known: "builtin", tool: "finish", effect: "chat" }, "allow"],
    [{ known: "builtin", tool: "write_file", effect: "write-internal" }, "allow"],
    [{ known: "builtin", tool: "run_command", effect: "exec", arguments: { command: "ls" } }, "allow"],
    [{ effect: "read" }, "allow"],
    [{ effect: "read", mode: "employee" }, "ask"],
    [{ effect: "read", mode: "employee", identity: "agent" }, "allow"],
    [{ effect: "write-internal" }, "ask"],
    [{ effect: "write-external" }, "ask"],
    [{ effect: "exec" }, "ask"],
    [{ effect: "money" }, "ask"],
    [{ effect: "destructive" }, "ask"],
    [{ effect: "admin" }, "ask"],
  ])("POL-2: where no rule speaks, %j is decided by its effect class: %s", (call, decision) => {
    expect(evaluate(policyOf([]), request(call)).decision).toBe(decision);
  });

  it.each(effectClasses)(
    "BR3: what nobody vouches for is asked for or denied, whatever allows it: %s",
    (effect) => {
      const { known: _, ...call } = request({ effect });
      const none = evaluate(policyOf([]), call).decision;
      const allowed = evaluate(policyOf([rule({ decision: "allow" })]), call).decision;

      const reads = ["read", "chat", "own-state"].includes(effect);
      expect(none).toBe(reads ? "ask" : "deny");
      expect(allowed).toBe(reads ? "allow" : "deny");
    },
  );

  it.each(["money", "destructive", "admin"] as const)("BR1: nothing lifts four eyes from %s", (effect) => {
    const verdict = evaluate(policyOf([rule({ decision: "allow" })]), request({ effect }));

    expect(verdict).toMatchObject({
      decision: "ask",
      rules: ["four-eyes"],
      notRequester: true,
      approvers: ["managers"],
    });
  });

  it("POL-2: only an allow of the layer org lifts what holds where no rule speaks", () => {
    for (const layer of policyLayers) {
      const { decision, rules } = evaluate(policyOf([rule({ layer, decision: "allow" })]), request());
      expect([layer, decision, rules]).toEqual(
        layer === "org" ? ["org", "allow", ["a-rule"]] : [layer, "ask", []],
      );
    }
  });

  it.each<[string, Partial<PolicyRequest>, string[]]>([
    [
      "a write after private and strange words",
      { taint: bothMarks },
      ["taint-rule-of-two", "taint-shared-write"],
    ],
    ["a write after strange words", { taint: external }, ["taint-shared-write"]],
    [
      "a page of the model's own choosing after both",
      { taint: bothMarks, known: "builtin", tool: "fetch_url", effect: "read" },
      ["taint-rule-of-two", "web-address-not-given"],
    ],
    [
      "a page of the model's own choosing after strange words",
      { taint: external, known: "builtin", tool: "fetch_url", effect: "read" },
      ["web-address-not-given"],
    ],
    [
      "a memory after strange words",
      { taint: external, known: "builtin", tool: "remember", effect: "own-state" },
      ["tainted-memory"],
    ],
    ["a write to where nobody sent it", { destinationGiven: false }, ["destination-not-given"]],
    ["a write that a guest asked for", { personKind: "guest" }, ["stranger-asked"]],
    ["a write that somebody of another house asked for", { personKind: "external" }, ["stranger-asked"]],
  ])("BR2, TNT-3: no allow lifts the question from %s", (_, call, rules) => {
    expect(evaluate(policyOf([rule({ decision: "allow" })]), request(call))).toMatchObject({
      decision: "ask",
      rules,
    });
  });

  const page = { known: "builtin", tool: "fetch_url", effect: "read" } as const;
  it.each<[string, Partial<PolicyRequest>, boolean]>([
    ["a write in a channel after both", { mode: "employee", taint: bothMarks }, true],
    ["a write in a channel after strange words", { mode: "employee", taint: external }, true],
    ["a write of one's own after both", { mode: "assistant", taint: bothMarks }, false],
    ["a page for a channel after both", { mode: "employee", taint: bothMarks, ...page }, false],
    ["money, after nothing", { mode: "assistant", effect: "money" }, true],
    ["a write that a guest asked for", { mode: "assistant", personKind: "guest" }, true],
  ])("APR-3: four eyes are asked for, or not, for %s", (_, call, fourEyes) => {
    const allowing = policyOf([rule({ decision: "allow" })]);
    expect(evaluate(allowing, request(call))).toMatchObject({ decision: "ask", notRequester: fourEyes });
  });

  it("TNT-3: reads go on after both, and so does a page that a person named", () => {
    const read = request({ taint: bothMarks, effect: "read" });
    const page = request({
      taint: bothMarks,
      known: "builtin",
      tool: "fetch_url",
      effect: "read",
      destinationGiven: true,
    });

    expect([read, page].map((call) => evaluate(policyOf([]), call).decision)).toEqual(["allow", "allow"]);
  });

  it("APR-3: a tainted write in employee mode is not approved by who asked for it", () => {
    const verdicts = (["employee", "assistant"] as const).map((mode) =>
      evaluate(policyOf([], { C01: ["requester", "group:sales"] }), request({ taint: external, mode })),
    );

    expect(verdicts.map(({ notRequester, approvers }) => [notRequester, approvers])).toEqual([
      [true, ["group:sales"]],
      [false, ["group:sales", "requester"]],
    ]);
  });

  it("POL-1: of several rules that ask, every one is kept", () => {
    const policy = policyOf([
      rule({ name: "b", approvers: ["requester", "managers"], quorum: 2, expiresMs: 60_000 }),
      rule({ name: "a", approvers: ["group:finance"], expiresMs: 30_000 }),
      rule({ name: "c", approvers: ["managers", "requester"], decision: "ask" }),
      rule({ name: "d", decision: "allow" }),
    ]);

    expect(evaluate(policy, request())).toEqual({
      decision: "ask",
      rules: ["a", "b", "c"],
      why: "rule a; rule b; rule c",
      version: policy.version,
      approvers: ["group:finance"],
      alsoIn: [["managers", "requester"]],
      quorum: 2,
      notRequester: false,
      expiresMs: 30_000,
    });
  });

  it("matches by every member of a rule's match, and by hours in their zone", () => {
    const match = {
      tool: "mail__*",
      effect: "write-external",
      mode: "assistant",
      channel: "C01",
      person: asPersonKey("slack:T1:UANA"),
      tainted: false,
      hours: { from: "12:30", to: "13:30", weekends: false, timeZone: "Europe/Prague" },
    } as const;
    const policy = policyOf([rule({ match, decision: "deny" })]);
    const others: Partial<PolicyRequest>[] = [
      { tool: "crm__send" },
      { effect: "exec" },
      { mode: "employee" },
      { channel: "C02" },
      { person: asPersonKey("slack:T1:UBOB") },
      { taint: external },
      { now: Date.UTC(2026, 0, 5, 13) },
    ];

    expect(evaluate(policy, request()).decision).toBe("deny");
    for (const other of others) expect(evaluate(policy, request(other)).decision).toBe("ask");
  });

  it.each([
    ["is very long", "x".repeat(10_001), ["shell-too-long"]],
    ["hides characters", "echo a\u202Eb", ["shell-hidden-characters"]],
    ["has control characters", "echo \u001b[2K", ["shell-hidden-characters"]],
    ["does not end what it begins", "echo 'a", ["shell-unreadable"]],
    ["has lines and tabs", "cat <<E\n\ta\nE", []],
  ])("POL-7: a command that %s is shown to a person first", (_, command, rules) => {
    const call = request({ known: "builtin", tool: "run_command", effect: "exec", arguments: { command } });

    expect(evaluate(policyOf([]), call)).toMatchObject({
      decision: rules.length > 0 ? "ask" : "allow",
      rules,
    });
  });

  it("POL-5: an error is a deny, for reads an ask, and never thrown", () => {
    const hostile = {
      get to(): string {
        throw new Error("no");
      },
    };
    const policy = policyOf([
      rule({ where: [{ path: "/to", op: "equals", value: "a" }], decision: "allow" }),
    ]);
    const decide = (effect: PolicyRequest["effect"]): unknown[] => {
      const { decision, rules } = evaluate(policy, request({ effect, arguments: hostile }));
      return [decision, rules];
    };

    expect(decide("read")).toEqual(["ask", ["policy-error"]]);
    expect(decide("write-external")).toEqual(["deny", ["policy-error"]]);
  });

  it("POL-4: a rule whose example fails is not loaded, and says which", () => {
    const where = [{ path: "/to", op: "not_in_domain", value: "corp.example" }] as const;
    const load = (match: string, noMatch: string): unknown =>
      loadPolicy({
        channelApprovers: {},
        groups: {},
        rules: [
          rule({
            name: "mail",
            match: { tool: "mail__*", mode: "assistant", channel: "C01", tainted: true },
            where,
            examples: {
              match: [{ tool: "mail__send", arguments: { to: match } }],
              noMatch: [{ tool: "mail__send", arguments: { to: noMatch } }],
            },
          }),
        ],
      });

    expect(load("a@x.example", "a@corp.example")).toMatchObject({ kind: "loaded" });
    expect(load("a@corp.example", "a@x.example")).toEqual({
      kind: "broken",
      problems: [
        expect.stringContaining('Rule "mail": example 1 under match, a call of mail__send, is not matched'),
        expect.stringContaining('Rule "mail": example 1 under no_match, a call of mail__send, is matched'),
      ],
    });
  });

  it("keeps the names of built-in rules for itself", () => {
    expect(
      loadPolicy({ rules: [rule({ name: "four-eyes" })], channelApprovers: {}, groups: {} }),
    ).toMatchObject({
      kind: "broken",
    });
  });

  it("AUD-1: the version changes with every rule and with who approves", () => {
    const versions = [
      policyOf([]),
      policyOf([rule()]),
      policyOf([rule({ quorum: 2 })]),
      policyOf([], { C01: ["managers"] }),
    ].map(({ version }) => version);

    expect(new Set(versions).size).toBe(4);
    expect(policyOf([rule()]).version).toBe(versions[1]);
  });
});

const anyScalar = fc.oneof(
  fc.constantFrom("a", "a@corp.example", "b@evil.example", "reports/x"),
  fc.integer(),
);
const valueFor: Record<(typeof predicateOps)[number], unknown> = {
  equals: "a",
  one_of: ["a", 5],
  lt: 3,
  gt: 3,
  under: "reports",
  in_domain: "corp.example",
  not_in_domain: ["corp.example"],
  matches: "a",
  count_gt: 1,
};
const some = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
const anyRule: fc.Arbitrary<PolicyRule> = fc
  .record({
    layer: fc.constantFrom(...policyLayers),
    decision: fc.constantFrom(...policyDecisions),
    match: fc.record({
      tool: some(fc.constantFrom("mail__*", "crm__get", "*")),
      effect: some(fc.constantFrom(...effectClasses)),
      mode: some(fc.constantFrom("employee", "assistant")),
      tainted: some(fc.boolean()),
    }),
    where: fc.array(
      fc.constantFrom(...predicateOps).chain((op) =>
        fc.record({
          path: fc.constantFrom("/to", "/n"),
          op: fc.constant(op),
          value: fc.constant(valueFor[op]),
        }),
      ),
      { maxLength: 2 },
    ),
    approvers: fc.subarray(["requester", "managers", "group:finance"]),
    quorum: fc.integer({ min: 1, max: 3 }),
    notRequester: fc.boolean(),
  })
  .map((given) => rule(given));
const anyRules = fc
  .array(anyRule, { maxLength: 8 })
  .map((rules) => rules.map((one, at) => ({ ...one, name: `r${at}` })));
const anyRequest = fc
  .record({
    tool: fc.constantFrom("mail__send", "crm__get", "fetch_url"),
    effect: fc.constantFrom(...effectClasses),
    mode: fc.constantFrom("employee" as const, "assistant" as const),
    arguments: fc.oneof(
      fc.record({ to: fc.oneof(anyScalar, fc.array(anyScalar)), n: anyScalar }, { requiredKeys: [] }),
      fc.anything(),
    ),
    taint: fc.constantFrom({ external: [], private: [] }, external, bothMarks),
    known: fc.constantFrom("builtin" as const, "server" as const, undefined),
  })
  .map(({ known, ...given }) => {
    const { known: _, ...call } = request(given);
    return known === undefined ? call : { ...call, known };
  });

describe("policy/evaluate, whatever the rules", () => {
  const strictness = (decision: PolicyDecision): number => policyDecisions.indexOf(decision);

  it("POL-2: one more ask or deny never loosens anything: neither the decision nor what an approval needs", () => {
    fc.assert(
      fc.property(anyRules, anyRule, anyRequest, (rules, more, call) => {
        fc.pre(more.decision !== "allow");
        const before = evaluate(policyOf(rules), call);
        const after = evaluate(policyOf([...rules, { ...more, name: "more" }]), call);
        expect(strictness(after.decision)).toBeGreaterThanOrEqual(strictness(before.decision));
        if (before.decision !== "ask" || after.decision !== "ask") return;
        expect(after.quorum).toBeGreaterThanOrEqual(before.quorum);
        expect(Number(after.notRequester)).toBeGreaterThanOrEqual(Number(before.notRequester));
      }),
    );
  });

  it("POL-2: one more rule of any kind never loosens where one that asks or denies applied already", () => {
    fc.assert(
      fc.property(anyRules, anyRule, anyRequest, (rules, more, call) => {
        const before = evaluate(policyOf(rules), call);
        fc.pre(before.rules.length > 0);
        const after = evaluate(policyOf([...rules, { ...more, name: "more" }]), call);
        expect(strictness(after.decision)).toBeGreaterThanOrEqual(strictness(before.decision));
      }),
    );
  });

  it("POL-2: the order of rules changes nothing", () => {
    fc.assert(
      fc.property(anyRules, anyRequest, fc.infiniteStream(fc.nat()), (rules, call, places) => {
        const weights = new Map(rules.map((one) => [one.name, places.next().value ?? 0]));
        const shuffled = rules.toSorted((a, b) => (weights.get(a.name) ?? 0) - (weights.get(b.name) ?? 0));
        const { version: _, ...one } = evaluate(policyOf(rules), call);
        const { version: __, ...other } = evaluate(policyOf(shuffled), call);
        expect(other).toEqual(one);
      }),
    );
  });

  it("TNT-3: no rules let a write out without a person after private and strange words", () => {
    fc.assert(
      fc.property(anyRules, anyRequest, (rules, call) => {
        const { decision } = evaluate(policyOf(rules), {
          ...call,
          effect: "write-external",
          taint: bothMarks,
        });
        expect(decision).not.toBe("allow");
      }),
    );
  });
});
