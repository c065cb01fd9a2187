import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { Brake } from "../../src/domain/brake.ts";
import { asPersonKey, asTenantId } from "../../src/domain/ids.ts";
import type { Person } from "../../src/domain/person.ts";
import type { PolicyDecision } from "../../src/domain/policy.ts";
import type { Run } from "../../src/domain/run.ts";
import type { EffectClass } from "../../src/domain/step.ts";
import { untainted } from "../../src/domain/taint.ts";
import type { PolicyRule } from "../../src/policy/contract.ts";
import { type Admission, admit, type Circumstances } from "../../src/runtime/pipeline.ts";
import { byRules } from "../../src/runtime/stages/by-rules.ts";
import type { GrantVerdict } from "../../src/runtime/stages/grant.ts";
import { offeredTools } from "../../src/runtime/stages/validate.ts";
import { defineTool, type Tool } from "../../src/tools/contract.ts";
import { policyOf, rule } from "../policy/rules.ts";
import { refuseAsked, testSeal } from "../support/open-stages.ts";

const ana = asPersonKey("slack:T1:UANA");
const member: Person = { key: ana, name: "Ana", kind: "member" };

function tool(name: string, effect: EffectClass, needs?: Tool["needs"]): Tool {
  const made = defineTool({
    name,
    description: "Acts",
    effect,
    repeat: "once",
    input: z.object({ to: z.string().optional().describe("To whom") }),
    run: () => Promise.resolve({ kind: "result", content: "done" }),
  });
  return needs ? { ...made, needs } : made;
}

const mail = tool("mail__send", "write-external", { connection: "mail", capability: "send" });
const allowMail = rule({ name: "mail-is-fine", match: { tool: "mail__*" }, decision: "allow" });

/** Everything that says yes; each case takes one yes away. */
interface Given {
  readonly ceiling?: readonly string[];
  readonly rules?: readonly PolicyRule[];
  readonly brakes?: readonly Brake[];
  readonly grant?: GrantVerdict;
  readonly run?: Partial<Run>;
  readonly person?: Person | undefined;
  readonly tool?: Tool;
  readonly channel?: string;
}

function admitted(given: Given = {}): Promise<Admission> {
  const { ceiling = ["*"], rules = [allowMail], brakes = [] } = given;
  const used = given.tool ?? mail;
  const circumstances = {
    step: 1,
    now: Date.UTC(2026, 0, 5),
    agent: { name: "deputy" },
    run: {
      id: "run_1",
      tenant: asTenantId("slack-T1"),
      agent: "deputy",
      subject: ana,
      mode: "assistant",
      taint: untainted,
      ...given.run,
    },
    conversation: { id: "con_1", address: { channel: given.channel ?? "C01" } },
    person: "person" in given ? given.person : member,
    offered: offeredTools([used], ceiling),
    held: new Map(),
    provenanceOf: () => Promise.resolve({ warnings: [] }),
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the members that stages look at
  return admit({ id: "c1", name: used.name, arguments: "{}" }, circumstances as unknown as Circumstances, {
    policy: byRules({
      policy: () => policyOf(rules),
      brakes: () => brakes,
      ownerOf: (name) => (({ mail: "user", service: "agent" }) as const)[name],
    }),
    grant: () => Promise.resolve(given.grant ?? { kind: "ready", identity: ana, connection: "mail" }),
    approval: refuseAsked,
    seal: testSeal,
  });
}

const brake = (name: string): Brake => ({ id: "b", kind: "tool", name, pulledBy: "cli:op", pulledAt: 0 });
const need = {
  kind: "grant",
  connection: "mail",
  capability: "send",
  owner: ana,
  tool: "mail__send",
} as const;
const guest: Person = { ...member, kind: "guest" };

describe("runtime/stages/by-rules", () => {
  it("ID-6: what every part of the intersection grants is admitted", async () => {
    expect(await admitted()).toMatchObject({ kind: "admitted", policy: { rules: ["mail-is-fine"] } });
  });

  it.each<[string, Given, string, RegExp]>([
    ["the agent's ceiling", { ceiling: ["read_*"] }, "refused", /There is no tool/],
    ["the organisation's rules", { rules: [] }, "refused", /needs a person's approval/],
    [
      "a rule of the channel",
      {
        rules: [
          allowMail,
          rule({ name: "not-here", layer: "channel", match: { channel: "C01" }, decision: "deny" }),
        ],
      },
      "refused",
      /Policy forbids.*not-here/,
    ],
    [
      "a rule about the requester",
      {
        rules: [
          allowMail,
          rule({ name: "not-ana", layer: "person", match: { person: ana }, decision: "deny" }),
        ],
      },
      "refused",
      /not-ana/,
    ],
    ["the requester's standing", { person: guest }, "refused", /stranger-asked/],
    ["anybody knowing the requester", { person: undefined }, "refused", /stranger-asked/],
    ["the grant", { grant: { kind: "missing", need } }, "gated", /^$/],
    [
      "the grant's place",
      { grant: { kind: "refused", problem: "Not in this channel." } },
      "refused",
      /Not in this/,
    ],
    [
      "the marks of the run",
      { run: { taint: { external: ["evil.example"], private: [] } } },
      "refused",
      /taint-shared-write/,
    ],
    ["an operator's brake", { brakes: [brake("mail__send")] }, "refused", /switched it off/],
    [
      "a class that people can leave to an agent",
      { tool: tool("mail__pay", "money") },
      "refused",
      /four-eyes/,
    ],
  ])("ID-6: without %s it is not", async (_, given, ...outcome) => {
    const [kind, why] = outcome;
    const admission = await admitted(given);

    expect(admission.kind).toBe(kind);
    expect(admission.kind === "refused" ? admission.output.content : "").toMatch(why);
  });

  it("BS2, OPS-1: another tool's brake is not its own", async () => {
    expect(
      (await admitted({ brakes: [brake("mail__search"), { ...brake("x"), kind: "agent", name: "deputy" }] }))
        .kind,
    ).toBe("admitted");
  });

  it.each<[string, Tool, Given["run"], PolicyDecision]>([
    ["a built-in tool", tool("read_file", "read"), { mode: "employee" }, "allow"],
    [
      "the agent's own account",
      tool("crm__get", "read", { connection: "service", capability: "r" }),
      { mode: "employee" },
      "allow",
    ],
    [
      "a person's account",
      tool("crm__get", "read", { connection: "mail", capability: "r" }),
      { mode: "employee" },
      "ask",
    ],
    [
      "a person's account, for that person",
      tool("crm__get", "read", { connection: "mail", capability: "r" }),
      {},
      "allow",
    ],
    [
      "an account that nobody declared",
      tool("crm__get", "read", { connection: "other", capability: "r" }),
      { mode: "employee" },
      "ask",
    ],
    ["no account", tool("clock__now", "read"), { mode: "employee" }, "allow"],
  ])("POL-2, ID-4: a read with %s", async (_, used, ...given) => {
    const [run = {}, decision] = given;
    const admission = await admitted({ tool: used, rules: [], run });

    expect(admission.policy?.decision).toBe(decision);
  });

  it("POL-1: judges by channel, mode, agent's schedule and arguments of the call", async () => {
    const only = rule({
      name: "only-here",
      match: { channel: "C02", mode: "employee" },
      where: [{ path: "/to", op: "equals", value: "x" }],
      decision: "deny",
    });
    const scheduled = { subject: asPersonKey("agent:slack-T1:deputy"), mode: "employee" } as const;

    const elsewhere = await admitted({ rules: [allowMail, only], run: scheduled, person: undefined });
    const here = await admitted({
      rules: [allowMail, only],
      run: scheduled,
      person: undefined,
      channel: "C02",
    });
    expect(elsewhere.kind).toBe("admitted");
    expect(here.policy?.rules).toEqual(["only-here"]);
  });
});
