import { z } from "zod";
import { nextTimes, readWallTime } from "../../domain/wall-time.ts";
import { defineTool, type Tool, type ToolContext, ToolFailure, type ToolOutcome } from "../contract.ts";

const datesShown = 3;

export const scheduleTask: Tool = defineTool({
  name: "schedule_task",
  description:
    "Proposes work that you then do by yourself at a time or again and again: every weekday at 9, on the 1st of each month, " +
    "tomorrow at 14:00. The person sees it in words with its first dates and approves or denies it with a button; you wait for that. " +
    "What it brings is posted here, in a thread of its own. Returns what was decided. At most every 10 minutes.",
  effect: "own-state",
  repeat: "waits",
  origin: "own",
  input: z.object({
    what: z
      .string()
      .trim()
      .min(3)
      .max(4_000)
      .describe("The task, complete in itself: whoever does it then knows nothing of this conversation"),
    when: z
      .string()
      .trim()
      .min(1)
      .max(100)
      .describe(
        "Cron with five fields in local time, such as 0 9 * * 1-5, or one local time such as 2027-01-31T09:00",
      ),
    timezone: z
      .string()
      .trim()
      .min(1)
      .max(60)
      .optional()
      .describe("IANA name such as Europe/Prague; the person's own zone when absent"),
  }),
  run: async (input, context): Promise<ToolOutcome> => {
    const now = context.now();
    const read = readWallTime({ when: input.when, timeZone: zoneFor(input.timezone, context) }, now);
    if (read.kind === "invalid") throw new ToolFailure(`Not scheduled: ${read.problem}`);
    const { wallTime } = read;
    const next = nextTimes(wallTime, now, datesShown);
    return { kind: "ask", ask: { kind: "schedule", what: input.what, ...wallTime, next, askedAt: now } };
  },
});

function zoneFor(given: string | undefined, { timeZone }: ToolContext): string {
  const zone = given ?? timeZone;
  if (zone !== undefined) return zone;
  throw new ToolFailure(
    "Not scheduled: the person's time zone is not known here. Ask which one is meant, then call again with timezone, an IANA name such as Europe/Prague.",
  );
}
