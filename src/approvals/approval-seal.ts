// The tag over the row of an approval (APR-10): the database may be edited by somebody who has not the key.
//
//   AS1  Whoever acts on an approval checks its seal first. Whoever changes one seals it anew.

import { createHmac, timingSafeEqual } from "node:crypto";
import type { Secret } from "../base/secret.ts";
import type { Approval } from "../domain/approval.ts";
import { canonicalJson } from "../domain/canonical-json.ts";
import { deriveKey } from "../vault/seal.ts";

export interface ApprovalSeal {
  sealed(approval: Omit<Approval, "seal">): Approval;
  holds(approval: Approval): boolean;
}

export function createApprovalSeal(masterKey: Secret): ApprovalSeal {
  const key = deriveKey(masterKey, "approvals");
  const tag = (approval: Omit<Approval, "seal">): Buffer =>
    createHmac("sha256", key)
      .update("deputy-approval-row-v1\n")
      .update(canonicalJson({ ...approval, seal: "" }))
      .digest();
  return {
    sealed: (approval) => ({ ...approval, seal: tag(approval).toString("base64url") }),
    holds(approval) {
      const found = Buffer.from(approval.seal, "base64url");
      const own = tag(approval);
      return found.length === own.length && timingSafeEqual(found, own);
    },
  };
}
