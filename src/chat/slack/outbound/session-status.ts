// What a thread shows of the work on it (S-M5): the session's own status where the workspace has sessions, else the
// assistant's line, else nothing. A reaction says the rest (c.1).
//
//   SS1  A method that a workspace refuses is left alone for an hour.
//   SS2  The assistant's line lasts two minutes and is kept up while work goes on, for half an hour at most: whoever
//        ends the work may be another process. Slack takes it away by itself after that (ux d.15).

import { type CancelTimer, type Clock, every } from "../../../base/clock.ts";
import { errorText } from "../../../base/errors.ts";
import type { Logger } from "../../../base/logger.ts";
import type { SessionAbout } from "../../contract.ts";
import { safeText } from "../../safe-text.ts";
import { slackUser } from "./address.ts";
import type { SlackPlace } from "./places.ts";
import type { SlackApi } from "./slack-api.ts";
import { isPlainRefusal, slackCode } from "./slack-errors.ts";

export type SessionStatus = "processing" | "suspended" | "active";

export interface SessionStatuses {
  set(place: SlackPlace, status: SessionStatus, about?: SessionAbout): Promise<void>;
  /** Keeps no line up any more. */
  stop(): void;
}

export interface SessionStatusDeps {
  readonly api: SlackApi;
  readonly clock: Clock;
  readonly log: Logger;
}

interface KeptUp {
  cancel: CancelTimer;
  left: number;
}

const sessionMethod = "agents.sessions.setStatus";
const lineMethod = "assistant.threads.setStatus";
const refusedForMs = 3_600_000;
const keepUpEveryMs = 90_000;
const mostKeepUps = 20;
const longestTitle = 200;
const workingLine = "is working on it…";

/** The workspace does not have it, rather than this thread. */
const notHere = new Set([
  "unknown_method",
  "method_deprecated",
  "missing_scope",
  "not_allowed_token_type",
  "no_permission",
  "access_denied",
  "feature_disabled",
  "feature_not_enabled",
  "not_allowed",
  "paid_only",
  "paid_teams_only",
  "team_access_not_granted",
  "agent_view_not_enabled",
]);

export function createSessionStatuses(deps: SessionStatusDeps): SessionStatuses {
  return new ShownStatuses(deps);
}

class ShownStatuses implements SessionStatuses {
  readonly #deps: SessionStatusDeps;
  readonly #refusedUntil = new Map<string, number>();
  readonly #keptUp = new Map<string, KeptUp>();

  constructor(deps: SessionStatusDeps) {
    this.#deps = deps;
  }

  async set(place: SlackPlace, status: SessionStatus, about: SessionAbout = {}): Promise<void> {
    const { team, channel, thread } = place;
    if (thread === undefined) return; // a session belongs to a thread
    this.#letGo(place);
    const { title, by } = about;
    const shown = await this.#try(place, sessionMethod, () =>
      this.#deps.api.call({ team, method: sessionMethod }, (client) =>
        client.agents.sessions.setStatus({
          channel_id: channel,
          thread_ts: thread,
          status,
          ...(title !== undefined && { title: safeText(title).slice(0, longestTitle).toWellFormed() }),
          ...(by !== undefined && { initiator_user_id: slackUser(by).user }),
        }),
      ),
    );
    if (shown) return;
    const works = status === "processing";
    if ((await this.#showLine(place, works ? workingLine : "")) && works) this.#keepUp(place);
  }

  stop(): void {
    for (const { cancel } of this.#keptUp.values()) cancel();
    this.#keptUp.clear();
  }

  #showLine(place: SlackPlace, line: string): Promise<boolean> {
    const { team, channel, thread = "" } = place;
    return this.#try(place, lineMethod, () =>
      this.#deps.api.call({ team, method: lineMethod }, (client) =>
        client.assistant.threads.setStatus({ channel_id: channel, thread_ts: thread, status: line }),
      ),
    );
  }

  /** False where Slack won't, here or in this workspace. Rejects with what may be different later. */
  async #try({ team }: SlackPlace, method: string, act: () => Promise<unknown>): Promise<boolean> {
    const { clock, log } = this.#deps;
    const lane = `${team} ${method}`;
    if ((this.#refusedUntil.get(lane) ?? 0) > clock.now()) return false;
    try {
      await act();
      return true;
    } catch (error) {
      if (!isPlainRefusal(error)) throw error;
      if (!notHere.has(slackCode(error) ?? "")) return false;
      this.#refusedUntil.set(lane, clock.now() + refusedForMs);
      log.info("A workspace does not show the agent's status this way", { team, method });
      return false;
    }
  }

  #keepUp(place: SlackPlace): void {
    const { clock, log } = this.#deps;
    const key = keyOf(place);
    const kept: KeptUp = { cancel: () => undefined, left: mostKeepUps };
    this.#keptUp.set(key, kept);
    kept.cancel = every(
      clock,
      keepUpEveryMs,
      async () => {
        kept.left -= 1;
        if (kept.left < 0 || !(await this.#showLine(place, workingLine))) this.#drop(key, kept);
      },
      (error) => log.debug("The status of a thread could not be kept up", { error: errorText(error) }),
    );
  }

  #letGo(place: SlackPlace): void {
    const key = keyOf(place);
    const kept = this.#keptUp.get(key);
    if (kept) this.#drop(key, kept);
  }

  #drop(key: string, kept: KeptUp): void {
    kept.cancel();
    if (this.#keptUp.get(key) === kept) this.#keptUp.delete(key);
  }
}

function keyOf({ team, channel, thread }: SlackPlace): string {
  return JSON.stringify([team, channel, thread]);
}
