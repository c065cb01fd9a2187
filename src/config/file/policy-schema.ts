// The `policy` part of the configuration file: rules as data. What they mean is decided where they are judged.

import { RE2JS, RE2JSException } from "re2js";
import { z } from "zod";
import { PersonKeySchema } from "../../domain/person.ts";
import { policyDecisions, policyLayers } from "../../domain/policy.ts";
import { effectClasses } from "../../domain/step.ts";
import {
  amount,
  block,
  choice,
  clockTime,
  expected,
  listOf,
  name,
  person,
  span,
  text,
  timeZone,
  wholePositive,
  yesNo,
} from "./values.ts";

/** `requester`, `managers`, `group:NAME` or a person. */
export const approver = z
  .string({ error: (issue) => expected("requester, managers, group:NAME or a person", issue.input) })
  .refine(
    (value) =>
      ["requester", "managers"].includes(value) || /^group:[a-z0-9_-]+$/i.test(value) || isPerson(value),
    { error: (issue) => expected("requester, managers, group:NAME or a person", issue.input) },
  );

function isPerson(value: string): boolean {
  return !value.startsWith("group:") && PersonKeySchema.safeParse(value).success;
}

const scalar = z.union([z.string(), z.number(), z.boolean()], {
  error: (issue) => expected("text, a number, true or false", issue.input),
});
const textOrList = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)], {
  error: (issue) => expected("text or a list of texts", issue.input),
});
const pattern = text("a pattern").refine(
  isPattern,
  "is no valid pattern; look-around and back-references are not known",
);
const pointer = text("a path such as /to").regex(
  /^(\/([^~/]|~[01])*)+$/,
  "expected a path such as /to or /items/0",
);

const where = z.discriminatedUnion(
  "op",
  [
    block({ path: pointer, op: z.literal("equals"), value: scalar }),
    block({
      path: pointer,
      op: z.literal("one_of"),
      value: listOf(scalar, "values").min(1, "expected a value"),
    }),
    block({ path: pointer, op: z.literal("lt"), value: amount("a number") }),
    block({ path: pointer, op: z.literal("gt"), value: amount("a number") }),
    block({ path: pointer, op: z.literal("under"), value: text("a folder") }),
    block({ path: pointer, op: z.literal("in_domain"), value: textOrList }),
    block({ path: pointer, op: z.literal("not_in_domain"), value: textOrList }),
    block({ path: pointer, op: z.literal("matches"), value: pattern }),
    block({ path: pointer, op: z.literal("count_gt"), value: amount("a number") }),
  ],
  {
    error:
      "expected path, op and value, with op one of equals, one_of, lt, gt, under, in_domain, not_in_domain, matches, count_gt",
  },
);

const example = block({
  tool: text("a tool's name"),
  effect: choice(effectClasses).optional(),
  arguments: z.record(z.string(), z.unknown()).optional(),
  mode: choice(["employee", "assistant"]).optional(),
  channel: text("a channel's id").optional(),
  person: person.optional(),
  tainted: yesNo.optional(),
});

const hours = block({
  from: clockTime,
  to: clockTime,
  weekends: yesNo.default(false),
  timezone: timeZone.default("UTC"),
});

export const policyRule = block({
  name,
  layer: choice(policyLayers).default("org"),
  match: block({
    tool: text("a tool's name or glob").optional(),
    effect: choice(effectClasses).optional(),
    mode: choice(["employee", "assistant"]).optional(),
    channel: text("a channel's id").optional(),
    person: person.optional(),
    tainted: yesNo.optional(),
    hours: hours.optional(),
  }).prefault({}),
  where: listOf(where, "conditions").default([]),
  decision: choice(policyDecisions).default("ask"),
  approvers: listOf(approver, "approvers").min(1, "expected at least one approver").default(["requester"]),
  quorum: wholePositive("a number of approvers").default(1),
  not_requester: yesNo.default(false),
  /** Milliseconds. */
  expires: span("1s", "30d").optional(),
  examples: block({
    match: listOf(example, "examples").default([]),
    no_match: listOf(example, "examples").default([]),
  }).prefault({}),
});

function isPattern(source: string): boolean {
  try {
    return RE2JS.compile(source).pattern() !== "";
  } catch (error) {
    if (error instanceof RE2JSException) return false;
    throw error;
  }
}
export type PolicyRuleConfig = z.output<typeof policyRule>;
