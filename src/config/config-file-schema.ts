// The shape of deputy.config.yml. Keys keep the file's names; values are in the code's units: durations are
// milliseconds, secrets are `Secret`s, people are keys.

import { z } from "zod";
import { wallTimeProblem } from "../domain/wall-time.ts";
import { connections, mcpServers } from "./file/connection-schema.ts";
import { mcpServer } from "./file/mcp-server-schema.ts";
import { approver, policyRule } from "./file/policy-schema.ts";
import {
  address,
  amount,
  block,
  choice,
  clockTime,
  expected,
  listOf,
  name,
  named,
  person,
  positive,
  secret,
  span,
  text,
  timeZone,
  wholePositive,
  yesNo,
} from "./file/values.ts";

const budget = block({
  /** US dollars. */
  usd: amount("a number of dollars").optional(),
  steps: wholePositive("a number of steps").optional(),
  tokens: wholePositive("a number of tokens").optional(),
  /** Wall time from the request on. */
  hours: positive("a number of hours").optional(),
});
export type BudgetConfig = z.output<typeof budget>;

const agent = block({
  name,
  role: text("a role").max(200, "is longer than 200 characters").default("colleague"),
  /** Text; a file that was named here has been read. */
  instructions: text("instructions, or a file such as ./deputy.md").default(""),
  managers: listOf(person, "people").default([]),
  tools: listOf(text("a tool's name or glob"), "tools").default(["*"]),
  model: text("a model's name").optional(),
  budget: budget.prefault({}),
  connections: listOf(name, "connections").default([]),
});
export type AgentConfig = z.output<typeof agent>;

const channel = block({
  enabled: yesNo.default(true),
  reply: choice(["mention-only", "followers", "all"]).default("followers"),
  agent: name.optional(),
  guests: yesNo.default(false),
  approvers: listOf(approver, "approvers").default([]),
  budget: budget.prefault({}),
});

const looksLikeTime = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}|@(hourly|daily|weekly|monthly)$|(\S+\s+){4}\S+$)/;

const schedule = block({
  name,
  agent: name.optional(),
  channel: text("a channel's id"),
  what: text("the task in words"),
  when: text("a time, or cron such as 0 9 * * 1-5").superRefine((when, context) => {
    if (!looksLikeTime.test(when)) {
      context.addIssue("expected a time such as 2027-01-31T09:00, or cron such as 0 9 * * 1-5");
      return;
    }
    const problem = wallTimeProblem({ when, timeZone: "UTC" }, Date.now());
    if (problem !== undefined) context.addIssue(`does not work: ${problem.replace(/\.$/, "")}`);
  }),
  timezone: timeZone.optional(),
});

export const ConfigFile = block({
  agents: listOf(agent, "agents")
    .min(1, "expected at least one agent")
    .prefault([{ name: "deputy" }]),
  connections,
  mcp: mcpServers,
  mcp_server: mcpServer,
  policy: listOf(policyRule, "rules").default([]),
  groups: named(listOf(person, "people")).default({}),
  channels: z
    .record(text("a channel's id"), channel, {
      error: (issue) => expected("a block of channels", issue.input),
    })
    .default({}),
  schedules: listOf(schedule, "schedules").default([]),
  quiet_hours: block({ from: clockTime, to: clockTime, weekends: yesNo.default(false) }).optional(),
  security: block({
    channel: text("a channel's id").optional(),
    /** Absolute paths. */
    audit_anchor: listOf(text("a file"), "files").optional(),
    /** Where the record does not hold at the start. */
    audit_broken: choice(["refuse", "warn"]).default("refuse"),
    /** One of the two. */
    audit_stream: block({
      /** Absolute path. */
      file: text("a file").optional(),
      url: address.optional(),
      token: secret.optional(),
    })
      .refine(({ file, url }) => (file === undefined) !== (url === undefined), "expected either file or url")
      .optional(),
  }).prefault({}),
  /** Milliseconds. */
  retention: block({
    messages: span("7d", "100y").optional(),
    workspaces: span("1d", "100y").optional(),
    audit: span("1d", "100y").optional(),
  }).prefault({}),
});
export type ConfigFile = z.output<typeof ConfigFile>;
