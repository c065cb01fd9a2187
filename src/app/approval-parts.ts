// What decides approvals is wired from: the key over their rows, groups and managers, and the tools that edited arguments are
// checked by.

import { createApprovalSeal } from "../approvals/approval-seal.ts";
import type { Secret } from "../base/secret.ts";
import type { Config } from "../config/load-config.ts";
import type { ApprovalParts } from "../gateway/approval-desk.ts";
import type { AgentDirectory } from "../runtime/deps.ts";
import type { ToolSource } from "../tools/source.ts";
import { groupsOf } from "./stages.ts";

export interface ApprovalPlace {
  readonly masterKey: Secret;
  readonly agents: AgentDirectory;
  readonly tools: Pick<ToolSource, "find">;
}

export function createApprovalParts(
  config: Config,
  { masterKey, agents, tools }: ApprovalPlace,
): ApprovalParts {
  return {
    seal: createApprovalSeal(masterKey),
    groups: groupsOf(config),
    managersOf: (agent) => agents.find(agent).managers,
    tools,
  };
}
