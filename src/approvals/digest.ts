// The digest that an approval binds (APR-1): made when it is asked for, and again by the executor from what it is about to do.

import type { ApprovalFacts } from "../domain/approval.ts";
import { canonicalDigest } from "../domain/canonical-json.ts";
import type { RunId, TenantId } from "../domain/ids.ts";

const version = 1;

export interface Bound {
  readonly tenant: TenantId;
  readonly run: RunId;
  readonly tool: string;
  readonly input: unknown;
  readonly expiresAt: number;
  readonly facts: Pick<
    ApprovalFacts,
    "agent" | "subject" | "mode" | "effect" | "pin" | "connection" | "account" | "files" | "policy" | "nonce"
  >;
}

export function approvalDigest({ tenant, run, tool, input, expiresAt, facts }: Bound): string {
  const { agent, subject, mode, effect, pin, connection, account, files, policy, nonce } = facts;
  return canonicalDigest("deputy-approval-v1\n", {
    version,
    tenant,
    agent,
    subject,
    mode,
    run,
    tool,
    pin: pin ?? null,
    connection: connection ?? null,
    account: account ?? null,
    arguments: input,
    files: files.map(({ path, sha256 }) => ({ path, sha256 })),
    effect,
    policy,
    expires: expiresAt,
    nonce,
  });
}
