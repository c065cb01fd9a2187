// The Bolt app behind both doors. Bolt knows the kinds of payload, whose they are and which listener they are for.
//
// Owns: the receiver's side of Bolt. Does not own: transport (http-door.ts, socket-door.ts), what a listener does.
//
//   BA1  `process` settles after every listener has: a door acknowledges after that, so after the commit (C1). Bolt's own
//        receivers acknowledge an event before its listeners run.
//   BA2  Bolt gets no token and calls nothing: what is said to Slack goes through outbound.

import { App, AuthorizationError, type Receiver, UnknownError } from "@slack/bolt";
import { z } from "zod";
import type { SlackDeps } from "../deps.ts";
import type { Admit } from "./admission.ts";
import { createBoltLog } from "./bolt-log.ts";
import type { SlackHome } from "./home.ts";
import type { CountRejection } from "./rejections.ts";

export interface SlackDelivery {
  /** The payload, as JSON or form. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly retryNum?: number | undefined;
  readonly retryReason?: string | undefined;
}

/** Resolves when all that the delivery asks for is committed, or it is none of ours. */
export type Process = (delivery: SlackDelivery) => Promise<void>;

/** Where it is missing, Bolt has not asked: it doesn't for events that end an installation. */
export type SlackApp = App<{ readonly home?: SlackHome }>;

const Claims = z.object({ api_app_id: z.string().optional().catch(undefined) });
const passive: Receiver = {
  init: () => undefined,
  start: () => Promise.resolve(),
  stop: () => Promise.resolve(),
};

export interface BoltAppDeps extends Pick<SlackDeps, "settings" | "log"> {
  readonly admit: Admit;
  readonly reject: CountRejection;
}

export function createBoltApp(d: BoltAppDeps, listen: (app: SlackApp) => void): Process {
  const app = createApp(d);
  app.error(async (error) => {
    const cause =
      error instanceof AuthorizationError || error instanceof UnknownError ? error.original : error;
    if (!(cause instanceof NotForUs)) throw cause;
  });
  listen(app);
  return async ({ body, retryNum, retryReason }) => {
    let understood = false;
    const ack = async (): Promise<void> => {
      understood = true;
    };
    await app.processEvent({
      body,
      ack,
      ...(retryNum !== undefined && { retryNum }),
      ...(retryReason !== undefined && { retryReason }),
    });
    if (!understood)
      d.reject("unknown-shape", { type: typeof body["type"] === "string" ? body["type"] : "none" });
  };
}

function createApp({ settings, log, admit }: BoltAppDeps): SlackApp {
  return new App({
    receiver: passive,
    authorize: async ({ teamId, enterpriseId, isEnterpriseInstall }, body) => {
      const appId = appIdOf(body);
      const home = await admit({ teamId, enterpriseId, isEnterpriseInstall, appId });
      if (home === undefined) throw new NotForUs();
      const { botId, botUserId } = home.installation;
      return { home, botId, botUserId };
    },
    ignoreSelf: false,
    convoStore: false,
    tokenVerificationEnabled: false,
    logger: createBoltLog(log),
    clientOptions: { slackApiUrl: `${settings.apiUrl}/` },
  });
}

/** The delivery is of another team or app (AM1). */
class NotForUs extends Error {}

export function appIdOf(body: unknown): string | undefined {
  return Claims.safeParse(body).data?.api_app_id;
}
