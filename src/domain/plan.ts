// The plan a person sees on the run card: three to seven steps in the user's words.

import { z } from "zod";

export const planStepStates = ["todo", "doing", "done", "skipped"] as const;

export const PlanStep = z.object({
  text: z.string().min(1).max(200).describe("The step in the user's words, not a tool name"),
  state: z.enum(planStepStates).describe("todo, doing, done or skipped"),
});
export type PlanStep = z.infer<typeof PlanStep>;

export const Plan = z.object({
  title: z.string().min(1).max(120).describe("What this piece of work is, in a few words"),
  steps: z.array(PlanStep).min(3).max(7).describe("Three to seven milestones, in order"),
});
export type Plan = z.infer<typeof Plan>;
