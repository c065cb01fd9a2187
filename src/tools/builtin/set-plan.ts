import { z } from "zod";
import { Plan } from "../../domain/plan.ts";
import { defineTool, type Tool } from "../contract.ts";

export const setPlan: Tool = defineTool({
  name: "set_plan",
  description:
    "Shows the person your plan on the run card, and keeps it up to date: three to seven milestones in the user's words. " +
    "Call it at the start of any work of more than a few steps and again whenever a milestone's state changes.",
  effect: "own-state",
  repeat: "keyed",
  origin: "own",
  input: z.object(Plan.shape),
  run: (plan) =>
    Promise.resolve({
      kind: "result",
      content: `The plan is on the card: ${plan.steps.filter((step) => step.state === "done").length} of ${plan.steps.length} done.`,
      effects: [{ kind: "plan", plan }],
    }),
});
