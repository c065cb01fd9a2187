// A model that loops: the same call with the same result again and again.

import type { PlannedCall } from "./act.ts";
import type { DecodedStep, ToolStep } from "./decoded-step.ts";

/** How often in a row the last tool steps were this very call with one and the same result. */
export function repeatsOf(steps: readonly DecodedStep[], call: Pick<PlannedCall, "admission">): number {
  const tools = steps.filter((step) => step.kind === "tool").filter((step) => step.output);
  const same = tools.at(-1);
  if (!same || call.admission.kind === "refused" || call.admission.call.tool.repeat === "waits") return 0;
  const { canonical, tool } = call.admission.call;
  const other = tools.findLastIndex(
    (step) => step.tool !== tool.name || step.arguments !== canonical || plain(step) !== plain(same),
  );
  return tools.length - 1 - other;
}

function plain(step: ToolStep): string {
  return (step.output?.content ?? "").replace(repeatWarning, "");
}

export const repeatWarning =
  "\n\n(You have made this very call several times with the same result. It will not change: try something else, ask, or finish.)";
