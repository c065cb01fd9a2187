// Doors with everything around them at hand: events that were received, hooks that were called, and deliveries as Slack
// signs them.

import { createHmac } from "node:crypto";
import type { LogFields, Logger } from "../../../../src/base/logger.ts";
import { Secret } from "../../../../src/base/secret.ts";
import type { SlackSettings } from "../../../../src/chat/slack/deps.ts";
import { createSlackDoors } from "../../../../src/chat/slack/inbound/doors.ts";
import type { MessagesTab, ModalToOpen, SlackHooks } from "../../../../src/chat/slack/inbound/edges.ts";
import { createPeople, type LookUpUser, type SlackUser } from "../../../../src/chat/slack/inbound/people.ts";
import type { Installation, Installations } from "../../../../src/chat/slack/installations.ts";
import type { InboundEvent } from "../../../../src/domain/inbound.ts";
import type { Person } from "../../../../src/domain/person.ts";
import { createManualClock } from "../../../fakes/manual-clock.ts";

export const signingSecret = "8f742231b10e8888abcd99yyyzzz85a5";
const ana = "U0ANA";
const users: Readonly<Record<string, SlackUser>> = {
  [ana]: { team_id: "T1", real_name: "Ana", tz: "Europe/Prague" },
  U0BO: { team_id: "T1", profile: { display_name: "Bo" }, real_name: "Bo B." },
  U0GUEST: { team_id: "T1", real_name: "Cem", is_restricted: true },
  U0FAR: { team_id: "T9", real_name: "Cem" },
  U0ROBOT: { team_id: "T1", real_name: "Robot", is_bot: true },
};

export interface WorldOptions {
  readonly settings?: Partial<SlackSettings>;
  readonly installation?: Partial<Installation>;
  readonly find?: Installations["find"];
  readonly lookUp?: LookUpUser;
  readonly receive?: (event: InboundEvent) => Promise<void>;
  readonly openModal?: (modal: ModalToOpen) => Promise<void>;
  readonly openThread?: SlackHooks["openThread"];
  readonly serves?: SlackHooks["serves"];
  readonly channelName?: SlackHooks["channelName"];
  readonly isIn?: SlackHooks["isIn"];
  readonly invited?: SlackHooks["invited"];
  readonly deactivated?: SlackHooks["deactivated"];
}

export interface LogLine extends LogFields {
  readonly level: string;
  readonly text: string;
}

export function createWorld(options: WorldOptions = {}) {
  const clock = createManualClock();
  const received: InboundEvent[] = [];
  const modals: ModalToOpen[] = [];
  const told: { readonly at: unknown; readonly to: string; readonly text: string }[] = [];
  const revoked: string[] = [];
  const homes: Person[] = [];
  const tabs: MessagesTab[] = [];
  const refused: string[] = [];
  const lines: LogLine[] = [];
  const log = recordingLog(lines);
  const installation: Installation = {
    teamId: "T1",
    botToken: new Secret("xoxb-test"),
    botUserId: "U0DEPUTY",
    botId: "B0DEPUTY",
    appId: "A1",
    ...options.installation,
  };
  const people = createPeople({
    lookUp: options.lookUp ?? (async (_, id) => users[id]),
    clock,
    log,
  });
  const doors = createSlackDoors(
    {
      settings: {
        apiUrl: "http://127.0.0.1:1/api",
        signingSecret: new Secret(signingSecret),
        ...options.settings,
      },
      installations: {
        find: options.find ?? (async (id) => (id === installation.teamId ? installation : undefined)),
        list: async () => [installation],
        revoke: async (id, why) => void revoked.push(`${id}: ${why}`),
      },
      clock,
      log,
    },
    {
      receive: async (event) => {
        await options.receive?.(event);
        received.push(event);
      },
      people,
      hooks: {
        homeOpened: (person) => void homes.push(person),
        messagesOpened: (tab) => void tabs.push(tab),
        openModal: options.openModal ?? (async (modal) => void modals.push(modal)),
        ...(options.serves && { serves: options.serves }),
        ...(options.invited && { invited: options.invited }),
        ...(options.deactivated && { deactivated: options.deactivated }),
        channelName: options.channelName ?? (async () => undefined),
        isIn: options.isIn ?? (async () => true),
        rejected: (why) => void refused.push(why),
        openThread: options.openThread ?? (async (at) => ({ ...at, thread: "1700000009.000100" })),
        tell: async (at, to, text) => void told.push({ at, to, text }),
      },
    },
  );

  const seconds = (): number => Math.floor(clock.now() / 1_000);
  const request = (body: string, headers: Readonly<Record<string, string>> = {}): Request => {
    const at = headers["x-slack-request-timestamp"] ?? String(seconds());
    return new Request("http://deputy.test/slack/events", {
      method: "POST",
      body,
      headers: {
        "content-type": "application/json",
        "content-length": String(Buffer.byteLength(body)),
        "x-slack-request-timestamp": at,
        "x-slack-signature": signed(body, at),
        ...headers,
      },
    });
  };
  const handle = async (delivery: Request): Promise<Response> => {
    const [door] = doors.doors;
    if (door === undefined) throw new Error("There is no HTTP door");
    return door.handle(delivery);
  };
  const form = { "content-type": "application/x-www-form-urlencoded" };
  return {
    clock,
    doors,
    received,
    modals,
    told,
    revoked,
    homes,
    tabs,
    refused,
    lines,
    request,
    handle,
    seconds,
    rejections: () => lines.filter(({ text }) => text === "ingress.rejected").map((line) => line["why"]),
    post: (body: string, headers?: Readonly<Record<string, string>>) => handle(request(body, headers)),
    event: (event: object, around: object = {}) => handle(request(JSON.stringify(envelope(event, around)))),
    interact: (payload: object) =>
      handle(request(new URLSearchParams({ payload: JSON.stringify(payload) }).toString(), form)),
    command: (fields: Readonly<Record<string, string>>) =>
      handle(request(new URLSearchParams(fields).toString(), form)),
  };
}

export type DoorWorld = ReturnType<typeof createWorld>;

export async function startedWorld(options: WorldOptions = {}): Promise<DoorWorld> {
  const world = createWorld(options);
  await world.doors.start();
  return world;
}

export function signed(body: string, at: string, secret = signingSecret): string {
  return `v0=${createHmac("sha256", secret).update(`v0:${at}:${body}`).digest("hex")}`;
}

export function envelope(event: object, around: object = {}): object {
  return {
    type: "event_callback",
    team_id: "T1",
    api_app_id: "A1",
    event_id: "Ev1",
    authorizations: [
      { enterprise_id: null, team_id: "T1", user_id: "U0DEPUTY", is_bot: true, is_enterprise_install: false },
    ],
    event,
    ...around,
  };
}

/** A mention in a channel, as `app_mention` has it. */
export function mention(text = "<@U0DEPUTY> sum up the week", more: object = {}): object {
  return {
    type: "app_mention",
    user: ana,
    text,
    ts: "1700000000.000100",
    channel: "C1",
    team: "T1",
    event_ts: "1700000000.000100",
    ...more,
  };
}

/** The same as `message.*` has it. */
export function said(text: string, more: object = {}): object {
  return mention(text, { type: "message", channel_type: "channel", ...more });
}

function recordingLog(lines: LogLine[]): Logger {
  const at = (level: string) => (text: string, fields?: LogFields) =>
    void lines.push({ ...fields, level, text });
  const log: Logger = {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    child: () => log,
  };
  return log;
}
