// The rights of a call that uses a connection: whose, and which account (design 10: only MCP tools use connections).
//
//   ST1  Who said no is not asked again for a day by the model's wish (VLT-9); their own `connect` asks at once.

import { isAgentPrincipal } from "../../domain/connection.ts";
import type { Grants } from "../../grants/contract.ts";
import type { Store } from "../../store/contract.ts";
import { type GrantStage, type GrantVerdict, ownRights } from "./grant.ts";

const quietAfterNoMs = 24 * 60 * 60_000;

export function connectedStage(store: Store, grants: Grants): GrantStage {
  return async ({ call, run, now }) => {
    const { needs, name } = call.tool;
    if (!needs) return ownRights;
    const owner = grants.ownerFor(needs.connection, run);
    if (owner === undefined) {
      return refused(
        `${name} needs the connection ${needs.connection}, which deputy.config.yml does not have.`,
      );
    }
    return store.read(async (tx): Promise<GrantVerdict> => {
      const answer = await grants.find(tx, {
        ...needs,
        owner,
        tenant: run.tenant,
        run: run.id,
        mode: run.mode,
      });
      if (answer.kind === "ready") {
        const identity = isAgentPrincipal(owner) ? "agent" : owner;
        const { grant } = answer;
        return { kind: "ready", identity, connection: grant.id, account: grant.account, grant };
      }
      if (answer.kind === "refused" || isAgentPrincipal(owner)) {
        return refused(
          answer.kind === "refused" ? answer.why : `The agent has no ${needs.connection} connection.`,
        );
      }
      const { why, scopes, title, id } = answer;
      if (
        why !== "not_here" &&
        (await tx.consents.declinedSince(owner, needs.connection, now - quietAfterNoMs))
      ) {
        return refused(
          `${run.subjectName} declined to connect ${needs.connection} in the last day, and is not asked again. They can write "connect ${needs.connection}" themselves. Go on without it, or say what can't be done.`,
        );
      }
      return {
        kind: "missing",
        need: {
          kind: "grant",
          ...needs,
          owner,
          tool: name,
          why,
          scopes: [...scopes],
          title,
          ...(id === undefined ? {} : { id }),
        },
      };
    });
  };
}

function refused(problem: string): GrantVerdict {
  return { kind: "refused", problem };
}
