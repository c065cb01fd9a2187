// What stands behind a decision in the audit log: the event, and the rules of the file that it names.

import { z } from "zod";
import { policyOf } from "../app/policy-source.ts";
import { AppError } from "../base/errors.ts";
import type { Config } from "../config/load-config.ts";
import { asTenantId } from "../domain/ids.ts";
import { builtinRules } from "../policy/builtin-rules.ts";
import { shellRules } from "../policy/shell-rules.ts";
import type { Store } from "../store/contract.ts";

const Decided = z.looseObject({
  type: z.string(),
  time: z.string(),
  tool: z.string().optional(),
  run: z.string().optional(),
  step: z.number().optional(),
  decision: z.string().optional(),
  rules: z.array(z.string()).optional(),
  taint: z.array(z.string()).optional(),
  data: z.looseObject({ policy: z.string().optional(), why: z.string().optional() }).optional(),
});
type Decided = z.infer<typeof Decided>;

/** Members that the event does not have are undefined. */
export interface Explained extends Pick<Decided, "type" | "time" | "tool" | "run" | "step"> {
  readonly event: string;
  readonly decision: string;
  readonly rules: readonly { readonly name: string; readonly is: string }[];
  readonly taint: readonly string[];
  /** Digest of the rules that were in force. */
  readonly version: string | undefined;
  /** Are these the rules of now? */
  readonly current: boolean | undefined;
  readonly text: string;
}

export async function explainEvent(
  { config, store }: { readonly config: Config; readonly store: Store },
  id: string,
): Promise<Explained> {
  const event = await findEvent(store, id);
  const { type, time, tool, run, step, decision, rules = [], taint = [], data } = event;
  if (decision === undefined) {
    throw new AppError("cli.no_decision", `The event ${id}, a ${type}, holds no decision of policy.`);
  }
  const version = data?.policy;
  const current = version === undefined ? undefined : version === policyOf(config.file).version;
  const named = rules.map((name) => ({ name, is: ruleIs(name, config) }));
  const text = [
    `${tool ?? "The call"} was decided with "${decision}" at ${time}.`,
    ...(named.length === 0 ? ["No rule applied: it followed from the kind of tool."] : []),
    ...named.map((rule) => `- ${rule.name}: ${rule.is}`),
    ...(taint.length > 0 ? [`The run had seen: ${taint.join(", ")}.`] : []),
    ...(current === false ? ["The rules have changed since."] : []),
  ].join("\n");
  return { event: id, type, time, tool, run, step, decision, rules: named, taint, version, current, text };
}

async function findEvent(store: Store, id: string): Promise<Decided> {
  const [, tenant, seq] = /^(.+):(\d{1,15})$/.exec(id) ?? [];
  if (tenant === undefined || seq === undefined) {
    throw new AppError(
      "cli.unknown",
      `${id} is no audit event; write TENANT:SEQUENCE, such as slack-T0001:42.`,
    );
  }
  const [row] = await store.read((tx) => tx.audit.list(asTenantId(tenant), Number(seq) - 1, 1));
  if (row?.seq !== Number(seq)) throw new AppError("cli.unknown", `There is no audit event ${id}.`);
  return Decided.parse(JSON.parse(row.line));
}

function ruleIs(name: string, config: Config): string {
  const builtin = builtinRules.find((rule) => rule.name === name);
  if (builtin) return `built in; ${builtin.because ?? "allows what it names"}`;
  if (shellRules.some((rule) => rule.name === name))
    return "built in; a command that can't be shown for what it is";
  const written = config.file.settings.policy.find((rule) => rule.name === name);
  return written
    ? `a rule of ${config.file.path}, layer ${written.layer}, ${written.decision}`
    : "a rule that is no longer in the file";
}
