// A run of Ana's that waits for an approval, as its parking leaves it.

import { z } from "zod";
import { draftApproval, sealedFor } from "../../src/approvals/ask-approval.ts";
import type { Approval } from "../../src/domain/approval.ts";
import { asApprovalId, asWaitId } from "../../src/domain/ids.ts";
import type { PolicyVerdict } from "../../src/domain/policy.ts";
import type { Run } from "../../src/domain/run.ts";
import type { EffectClass } from "../../src/domain/step.ts";
import { untainted } from "../../src/domain/taint.ts";
import type { ApprovalAsk } from "../../src/domain/wait.ts";
import { approvalAsk } from "../../src/runtime/voice/approval-card.ts";
import { defineTool } from "../../src/tools/contract.ts";
import { asked, testSeal } from "../support/open-stages.ts";
import { ana, bo, type GatewayWorld, thread } from "./gateway-world.ts";

export const mail = defineTool({
  name: "mail__send",
  description: "Sends",
  effect: "write-external",
  repeat: "once",
  input: z.object({ to: z.string().describe("To whom") }),
  run: () => Promise.resolve({ kind: "result", content: "sent" }),
});

export interface Given {
  readonly verdict?: Partial<PolicyVerdict>;
  readonly effect?: EffectClass;
  readonly place?: typeof thread;
  /** As the ask of a run with private matters is (OUT-4). */
  readonly apart?: (ask: ApprovalAsk) => ApprovalAsk;
}

export async function askApproval(
  world: GatewayWorld,
  given: Given = {},
): Promise<{ readonly run: Run; readonly approval: Approval }> {
  await world.hear("@deputy send it", { conversation: given.place ?? thread, mentionsAgent: true });
  await world.settle();
  const [run] = await world.store.read((tx) => tx.runs.list({ limit: 1 }));
  if (!run) throw new Error("no run");
  const now = world.clock.now();
  const draft = draftApproval(
    {
      run: { ...run, taint: untainted },
      tool: { name: mail.name, effect: given.effect ?? mail.effect },
      canonical: '{"to":"x@corp.example"}',
      rights: { connection: "mail", account: "ops@corp.example" },
      policy: asked({ approvers: ["requester", "group:finance"], ...given.verdict }),
      files: [],
    },
    { id: asApprovalId(`apr_${run.id}`), step: run.cursor, nonce: "n", now, ttlMs: 1_800_000, warnings: [] },
  );
  const approval = sealedFor(draft, asWaitId(`wait_${run.id}_${run.cursor}`), testSeal);
  await world.store.write((tx) => tx.approvals.ask(approval));
  const plain = approvalAsk(run, [draft], [ana, bo]);
  await world.park(run, given.apart?.(plain) ?? plain, { dueAt: approval.expiresAt });
  return { run, approval };
}
