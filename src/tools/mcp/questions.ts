// The questions of one call (EL1): answered from what people said before, or kept for the run to ask.

import type { ElicitResult } from "@modelcontextprotocol/sdk/types.js";
import { type Asked, askFor, elicitationKey, readElicitation, replyOf } from "./elicitation.ts";

export interface Questions {
  readonly elicit: (params: unknown) => ElicitResult;
  /** The first that nobody has answered yet. */
  readonly open: () => Asked | undefined;
}

export function createQuestions(server: string, answers: ReadonlyMap<string, string> | undefined): Questions {
  let open: Asked | undefined;
  return {
    open: () => open,
    elicit(params) {
      const elicitation = readElicitation(params);
      if (!elicitation) return { action: "decline" };
      const answer = answers?.get(elicitationKey(server, elicitation));
      const reply = answer === undefined ? undefined : replyOf(elicitation, answer);
      if (reply) return { ...reply };
      open ??= askFor(server, elicitation, answer !== undefined);
      return { action: "cancel" };
    },
  };
}
