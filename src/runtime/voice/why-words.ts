// What "why" tells of acts that are on record: as whom, by which rule, who approved, at what cost. Never what was in them: arguments and
// results may be private (ID-4).

import { usdInWords } from "../../domain/budget.ts";
import type { Run } from "../../domain/run.ts";
import { traceIdOf } from "../../domain/trace.ts";

/** An act, with names in place of keys. */
export interface ToldAct {
  readonly tool: string;
  readonly step: number;
  readonly outcome: "done" | "failed" | "in doubt" | "refused" | "waits";
  /** Whose rights were used; absent where none were. */
  readonly as?: { readonly kind: "agent" } | { readonly kind: "person"; readonly name: string };
  readonly account?: string;
  readonly decision?: string;
  readonly rules: readonly string[];
  readonly approvedBy: readonly string[];
}

export function actLine(act: ToldAct): string {
  const right = act.as === undefined ? "" : `, ${rightOf(act)}`;
  return `- \`${act.tool}\` (step ${act.step}), ${act.outcome}${right}: ${ruleOf(act)}.`;
}

/** What it cost so far, and where to look further. */
export function spentLine({ spent, id }: Run): string {
  const usd = spent.usdMicros > 0 ? `${usdInWords(spent.usdMicros / 1e6)}, ` : "";
  const tokens = (spent.inputTokens + spent.outputTokens).toLocaleString("en");
  return `So far: ${usd}${spent.steps} steps, ${tokens} tokens. Trace ${traceIdOf(id)}.`;
}

function rightOf({ as, account }: ToldAct): string {
  const whose = as?.kind === "person" ? `with ${as.name}'s rights` : "with my own rights";
  return account === undefined ? whose : `${whose}, account ${account}`;
}

function ruleOf({ decision, rules, approvedBy }: ToldAct): string {
  const named = rules.length === 0 ? "" : `${rules.length === 1 ? "rule" : "rules"} ${rules.join(", ")}`;
  if (decision === "deny") return named === "" ? "policy forbids it" : `${named} forbids it`;
  if (decision !== "ask") return named === "" ? "no rule speaks against it" : `${named} allows it`;
  const asked =
    named === "" ? "no rule allows it, so a person was asked" : `a person was asked because of ${named}`;
  return approvedBy.length === 0 ? asked : `${asked}, and ${approvedBy.join(" and ")} approved`;
}
