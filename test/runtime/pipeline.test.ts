import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { Run } from "../../src/domain/run.ts";
import { admit, type Stages, stages } from "../../src/runtime/pipeline.ts";
import { passUnlessAsked } from "../../src/runtime/stages/approval.ts";
import { passAudit } from "../../src/runtime/stages/audit.ts";
import { passWithoutConnection } from "../../src/runtime/stages/grant.ts";
import { passPolicy } from "../../src/runtime/stages/policy.ts";
import { offeredTools } from "../../src/runtime/stages/validate.ts";
import { defineTool } from "../../src/tools/contract.ts";

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the stages of this version read nothing of the run
const run = { id: "run_1" } as Run;
const tool = defineTool({
  name: "pay",
  description: "Pays",
  effect: "money",
  repeat: "once",
  input: z.object({ usd: z.number().describe("How much") }),
  run: () => Promise.resolve({ kind: "result", content: "paid" }),
});
const request = { id: "c1", name: "pay", arguments: '{"usd": 5}' };
const using = (change: Partial<Stages>): ReturnType<typeof admit> =>
  admit(request, run, [tool], { ...stages, ...change });

describe("runtime/pipeline", () => {
  it("P1: uses these pass-throughs until policy, approvals, grants and audit are built", () => {
    expect(stages).toEqual({
      policy: passPolicy,
      approval: passUnlessAsked,
      grant: passWithoutConnection,
      audit: passAudit,
    });
  });

  it("P1: takes a call through validate, policy, approval and grant in this order", () => {
    const order: string[] = [];
    const admission = using({
      policy: (call) => {
        order.push(`policy ${call.canonical}`);
        return { kind: "allow" };
      },
      approval: () => {
        order.push("approval");
        return { kind: "pass" };
      },
      grant: () => {
        order.push("grant");
        return { kind: "pass", identity: "agent" };
      },
    });

    expect(order).toEqual(['policy {"usd":5}', "approval", "grant"]);
    expect(admission).toMatchObject({ kind: "admitted", identity: "agent" });
  });

  it("ends a call that policy denies with a result, before approval and grant", () => {
    const admission = using({
      policy: () => ({ kind: "deny", why: "not at night" }),
      grant: () => {
        throw new Error("the grant stage was reached");
      },
    });

    expect(admission).toMatchObject({ kind: "refused", output: { isError: true } });
    expect(JSON.stringify(admission)).toContain("not at night");
  });

  it("I11: refuses what policy wants asked while approvals can't be asked for", () => {
    const admission = using({ policy: () => ({ kind: "ask", why: "it costs money" }) });

    expect(admission).toMatchObject({ kind: "refused", output: { isError: true } });
  });

  it("offers only the tools under the agent's ceiling", () => {
    const other = { ...tool, name: "read_file" };

    expect(offeredTools([tool, other], ["read_*"]).map(({ name }) => name)).toEqual(["read_file"]);
    expect(offeredTools([tool, other], ["*"])).toHaveLength(2);
    expect(offeredTools([tool, other], [])).toEqual([]);
  });
});
