// The outgoing half against the fake Slack, on a hand-driven clock.

import type { LogFields, Logger } from "../../../../src/base/logger.ts";
import { Secret } from "../../../../src/base/secret.ts";
import { ChatError } from "../../../../src/chat/errors.ts";
import type { Installation, Installations } from "../../../../src/chat/slack/installations.ts";
import {
  createSlackOutbound,
  type SlackOutbound,
} from "../../../../src/chat/slack/outbound/create-outbound.ts";
import type { ConversationAddress } from "../../../../src/domain/conversation.ts";
import { asTenantId, personKey } from "../../../../src/domain/ids.ts";
import { createManualClock, type ManualClock } from "../../../fakes/manual-clock.ts";
import { type FakeMessage, type FakeSlack, ids, startFakeSlack } from "../../../fakes/slack/fake-slack.ts";

export const ana = personKey("slack", ids.team, ids.ana);
export const bo = personKey("slack", ids.team, ids.bo);

export interface LogLine {
  readonly level: string;
  readonly text: string;
  readonly fields: LogFields;
}

export interface OutboundWorld {
  readonly slack: FakeSlack;
  readonly clock: ManualClock;
  readonly outbound: SlackOutbound;
  readonly log: readonly LogLine[];
  /** What `Installations.revoke` was told. */
  readonly revoked: readonly (readonly [team: string, why: string])[];
  /** The same Slack with nothing remembered: another process, or this one after a restart. */
  restart(callTimeoutMs?: number): SlackOutbound;
  /** The workspace is installed with this token from now on. */
  install(team: string, token: string): void;
  /** A thread that Ana began. */
  thread(channel?: string): Promise<ConversationAddress>;
  /** Lets time go on in steps, and calls that are under way come to their end in each. */
  pass(ms: number, step: number): Promise<void>;
  /** What the app said there, oldest first. */
  said(at: ConversationAddress): readonly FakeMessage[];
  close(): Promise<void>;
}

const times = { callTimeoutMs: 10_000, uploadTimeoutMs: 10_000, downloadTimeoutMs: 5_000 };

export async function openOutboundWorld(): Promise<OutboundWorld> {
  const clock = createManualClock();
  const slack = await startFakeSlack({ clock });
  const log: LogLine[] = [];
  const logger = recordingLogger(log);
  const installed = new Map<string, Installation>([[ids.team, installation(ids.team, slack.botToken)]]);
  const revoked: (readonly [string, string])[] = [];
  const installations: Installations = {
    find: async (team) => installed.get(team),
    list: async () => [...installed.values()],
    async revoke(team, why) {
      installed.delete(team);
      revoked.push([team, why]);
    },
  };
  const made: SlackOutbound[] = [];
  const open = (callTimeoutMs = times.callTimeoutMs): SlackOutbound => {
    const settings = { apiUrl: slack.apiUrl };
    const deps = { settings, installations, clock, log: logger };
    const outbound = createSlackOutbound(deps, { ...times, callTimeoutMs });
    made.push(outbound);
    return outbound;
  };
  return {
    slack,
    clock,
    outbound: open(),
    log,
    revoked,
    restart: open,
    install: (team, token) => void installed.set(team, installation(team, token)),
    async thread(channel = ids.general) {
      const { ts } = await slack.person(ids.ana).says(channel, "please compare the vendors");
      return address({ channel, thread: ts });
    },
    async pass(ms, step) {
      for (let left = ms; left > 0; left -= step) {
        await clock.advance(step);
        await (await fetch(`${slack.url}/signin`)).text(); // behind the calls that are under way
      }
    },
    said: ({ channel, thread }) =>
      slack.botMessages(channel).filter((one) => one.thread_ts === thread && !one.deleted),
    async close() {
      for (const one of made) one.stop();
      slack.clearFaults();
      await slack.close();
    },
  };
}

export function address(at: Partial<ConversationAddress>): ConversationAddress {
  return {
    platform: "slack",
    tenant: asTenantId(`slack-${ids.team}`),
    kind: "channel",
    channel: ids.general,
    thread: "1000000000.000001",
    ...at,
  };
}

export async function failure(act: Promise<unknown>): Promise<ChatError> {
  const error = await act.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof ChatError) return error;
  throw error instanceof Error ? error : new Error("The call was expected to fail and did not");
}

/** What comes of `act` while time goes on, up to `ms`. */
export async function whileTimePasses<T>(
  world: Pick<OutboundWorld, "pass">,
  ms: number,
  act: Promise<T>,
): Promise<T> {
  let over = false;
  const done = act.finally(() => (over = true));
  done.catch(() => undefined);
  for (let left = ms; left > 0 && !over; left -= 100) await world.pass(100, 100);
  return done;
}

function installation(team: string, token: string): Installation {
  return {
    teamId: team,
    botToken: new Secret(token),
    botUserId: ids.bot,
    botId: ids.botId,
  };
}

function recordingLogger(lines: LogLine[]): Logger {
  const note =
    (level: string) =>
    (text: string, fields: LogFields = {}): void =>
      void lines.push({ level, text, fields });
  const logger: Logger = {
    debug: note("debug"),
    info: note("info"),
    warn: note("warn"),
    error: note("error"),
    child: () => logger,
  };
  return logger;
}
