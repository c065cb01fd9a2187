// One call of the Web API: with the right token, at the right pace, its failure in words of the chat port.
//
//   SA1  A token that Slack calls dead ends its installation, unless another token has come in its place meanwhile.

import type { WebClient } from "@slack/web-api";
import { errorText } from "../../../base/errors.ts";
import type { Logger } from "../../../base/logger.ts";
import { ChatError } from "../../errors.ts";
import type { Installation, Installations } from "../installations.ts";
import type { Pace, Turn } from "./pace.ts";
import type { SlackClients } from "./slack-client.ts";
import { isDeadToken, slackCode, toChatError } from "./slack-errors.ts";

export interface SlackCall extends Turn {
  readonly reads?: boolean;
  readonly uploads?: boolean;
}

export interface SlackApi {
  /** Rejects with `ChatError` only. */
  call<T>(call: SlackCall, act: (client: WebClient, installation: Installation) => Promise<T>): Promise<T>;
  /** Rejects with `ChatError` where the app is not installed. */
  installation(team: string): Promise<Installation>;
  /** Workspaces whose token was refused the last time it was used. */
  refusedTeams(): readonly string[];
}

export interface SlackApiDeps {
  readonly installations: Installations;
  readonly clients: SlackClients;
  readonly pace: Pace;
  readonly log: Logger;
}

export function createSlackApi({ installations, clients, pace, log }: SlackApiDeps): SlackApi {
  const refused = new Set<string>();
  const installation = async (team: string): Promise<Installation> => {
    const found = await find(installations, team);
    if (found) return found;
    throw new ChatError("chat.refused", `The app is not installed in the workspace ${team}. Install it.`, {
      fate: "refused",
      facts: { team },
    });
  };
  const drop = async (dead: Installation, why: string): Promise<void> => {
    refused.add(dead.teamId);
    try {
      const now = await installations.find(dead.teamId);
      if (now?.botToken.fingerprint() !== dead.botToken.fingerprint()) return;
      log.error("Slack refuses the token of a workspace", { team: dead.teamId, why });
      await installations.revoke(dead.teamId, why);
    } catch (error) {
      log.warn("An installation could not be ended", { team: dead.teamId, error: errorText(error) });
    }
  };
  return {
    installation,
    refusedTeams: () => [...refused],
    async call(call, act) {
      const here = await installation(call.team);
      await pace.take(call);
      try {
        const answer = await act(call.uploads ? clients.forUploads(here) : clients.of(here), here);
        refused.delete(here.teamId);
        return answer;
      } catch (error) {
        const failure = toChatError(error, call);
        if (failure.code === "chat.rate_limited" && failure.retry.kind === "after") {
          pace.close(call, failure.retry.ms);
        }
        if (isDeadToken(failure)) await drop(here, slackCode(failure) ?? "");
        throw failure;
      }
    },
  };
}

async function find(installations: Installations, team: string): Promise<Installation | undefined> {
  try {
    return await installations.find(team);
  } catch (error) {
    throw new ChatError("chat.unavailable", `The installation of the workspace ${team} can't be read now.`, {
      fate: "refused",
      retry: { kind: "backoff" },
      facts: { team },
      cause: error,
    });
  }
}
