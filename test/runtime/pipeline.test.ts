import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { Agent } from "../../src/domain/agent.ts";
import type { Conversation } from "../../src/domain/conversation.ts";
import { asPersonKey } from "../../src/domain/ids.ts";
import type { Run } from "../../src/domain/run.ts";
import { admit, type Admission, type Stages } from "../../src/runtime/pipeline.ts";
import { ownRights } from "../../src/runtime/stages/grant.ts";
import { offeredTools } from "../../src/runtime/stages/validate.ts";
import { defineTool } from "../../src/tools/contract.ts";
import { allowed, asked, openStages } from "../support/open-stages.ts";

/* oxlint-disable typescript/no-unsafe-type-assertion -- these stages read nothing of them */
const at = {
  step: 3,
  run: { id: "run_1" } as Run,
  agent: { name: "deputy" } as Agent,
  conversation: { id: "con_1" } as Conversation,
  person: undefined,
  now: 7,
  approvals: [],
  readFile: () => Promise.resolve(undefined),
  provenanceOf: () => Promise.resolve({ warnings: [] }),
};
/* oxlint-enable typescript/no-unsafe-type-assertion */
const tool = defineTool({
  name: "pay",
  description: "Pays",
  effect: "money",
  repeat: "once",
  input: z.object({ usd: z.number().describe("How much") }),
  run: () => Promise.resolve({ kind: "result", content: "paid" }),
});
const request = { id: "c1", name: "pay", arguments: '{"usd": 5}' };
const using = (change: Partial<Stages>): Promise<Admission> =>
  admit(request, { ...at, offered: [tool], held: new Map() }, { ...openStages, ...change });
const unreached = (name: string) => (): never => {
  throw new Error(`the ${name} stage was reached`);
};
const need = {
  kind: "grant",
  connection: "bank",
  capability: "pay",
  owner: asPersonKey("local:local:ana"),
  tool: "pay",
} as const;

describe("runtime/pipeline", () => {
  it("P1: takes a call through validate, policy, grant and approval in this order, and shows each what it judges", async () => {
    const order: unknown[] = [];
    const admission = await using({
      policy: ({ call, run, step, now }) => {
        order.push(["policy", call.tool.name, call.canonical, call.input, run.id, step, now]);
        return asked();
      },
      grant: ({ agent, conversation }) => {
        order.push(["grant", agent.name, conversation.id]);
        return Promise.resolve({ kind: "ready", identity: "agent", connection: "bank", account: "ops" });
      },
      approval: (_question, policy, rights) => {
        order.push(["approval", policy.decision, rights]);
        return Promise.resolve({ kind: "pass" });
      },
    });

    const rights = { identity: "agent", connection: "bank", account: "ops" };
    expect(order).toEqual([
      ["policy", "pay", '{"usd":5}', { usd: 5 }, "run_1", 3, 7],
      ["grant", "deputy", "con_1"],
      ["approval", "ask", rights],
    ]);
    expect(admission).toMatchObject({ kind: "admitted", rights, policy: { decision: "ask" } });
  });

  it("I11: ends a call that policy denies with a result, before grant and approval", async () => {
    const admission = await using({
      policy: () => ({ ...allowed, decision: "deny", why: "not at night" }),
      grant: unreached("grant"),
      approval: unreached("approval"),
    });

    expect(admission).toMatchObject({ kind: "refused", output: { isError: true } });
    expect(JSON.stringify(admission)).toContain("not at night");
  });

  it("P3: gates a call whose grant is missing, before anybody is asked to approve it", async () => {
    const admission = await using({
      policy: () => asked(),
      grant: () => Promise.resolve({ kind: "missing", need }),
      approval: unreached("approval"),
    });

    expect(admission).toMatchObject({ kind: "gated", gate: { kind: "grant", need } });
  });

  it("refuses a call whose grant can't be had", async () => {
    const admission = await using({
      grant: () => Promise.resolve({ kind: "refused", problem: "The bank is not for this channel." }),
      approval: unreached("approval"),
    });

    expect(admission).toMatchObject({
      kind: "refused",
      output: { content: "The bank is not for this channel." },
    });
  });

  it("offers only the tools under the agent's ceiling", () => {
    const other = { ...tool, name: "read_file" };

    expect(offeredTools([tool, other], ["read_*"]).map(({ name }) => name)).toEqual(["read_file"]);
    expect(offeredTools([tool, other], ["*"])).toHaveLength(2);
    expect(offeredTools([tool, other], [])).toEqual([]);
  });

  it("built-in tools use the agent's own rights", () => {
    expect(ownRights).toEqual({ kind: "ready", identity: "agent" });
  });
});
