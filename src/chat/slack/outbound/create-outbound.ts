// The outgoing half of the Slack platform: the port's calls on the Web API.
//
// Owns: putting the parts of this folder together. Does not own: what is said and when (gateway), the doors (inbound/).

import type { Audience } from "../../../domain/audience.ts";
import type { ConversationAddress } from "../../../domain/conversation.ts";
import type { Outgoing } from "../../../domain/outbox.ts";
import type { ChatPlatform } from "../../contract.ts";
import { ChatError } from "../../errors.ts";
import type { SlackDeps } from "../deps.ts";
import type { MessagesTab, ModalToOpen } from "../inbound/edges.ts";
import type { Roster, SlackUser } from "../inbound/people.ts";
import { audienceOf } from "./audience.ts";
import { channelName, isIn } from "./channels.ts";
import { downloadFile } from "./download-file.ts";
import { findUser, listUsers } from "./find-user.ts";
import { createPace } from "./pace.ts";
import { createPlaces } from "./places.ts";
import { createSlackPoster } from "./post-message.ts";
import { inSomeForm } from "./rendered.ts";
import { createSessionStatuses } from "./session-status.ts";
import { createSlackApi, type SlackApi } from "./slack-api.ts";
import { createSlackClients } from "./slack-client.ts";
import { slackCode } from "./slack-errors.ts";
import { suggestPrompts } from "./suggest-prompts.ts";
import { linkTo, openModal, publishHome } from "./views.ts";
import { whisper } from "./whisper.ts";

type Speech = Required<
  Pick<
    ChatPlatform,
    "post" | "edit" | "whisper" | "react" | "setStatus" | "findByKey" | "download" | "publishHome" | "linkTo"
  >
>;

export interface SlackOutbound extends Speech {
  /** Gives the place in the thread that the message begins. */
  openThread(at: ConversationAddress, key: string, message: Outgoing): Promise<ConversationAddress>;
  openModal(modal: ModalToOpen): Promise<void>;
  suggestPrompts(tab: MessagesTab): Promise<void>;
  /** Channel of the direct messages with somebody. */
  directMessages(team: string, userId: string): Promise<string>;
  findUser(team: string, userId: string): Promise<SlackUser | undefined>;
  listUsers(team: string): Promise<ReadonlyMap<string, SlackUser>>;
  channelName(team: string, channel: string): Promise<string | undefined>;
  audience(at: ConversationAddress, roster: Roster): Promise<Audience>;
  /** False where the app is known not to be in the conversation. Rejects where Slack can't say. */
  isIn(at: ConversationAddress): Promise<boolean>;
  /** Workspaces whose token was refused the last time it was used. */
  refusedTeams(): readonly string[];
  stop(): void;
}

export interface OutboundTimes {
  readonly callTimeoutMs: number;
  readonly uploadTimeoutMs: number;
  readonly downloadTimeoutMs: number;
}

const usualTimes: OutboundTimes = {
  callTimeoutMs: 10_000,
  uploadTimeoutMs: 120_000,
  downloadTimeoutMs: 120_000,
};

export function createSlackOutbound(deps: SlackDeps, times: OutboundTimes = usualTimes): SlackOutbound {
  const { clock, log, installations } = deps;
  const { apiUrl } = deps.settings;
  const clients = createSlackClients({ apiUrl, log, ...times });
  const api = createSlackApi({ installations, clients, log, pace: createPace(clock) });
  const places = createPlaces(api);
  const poster = createSlackPoster({ api, places, clock, log });
  const statuses = createSessionStatuses({ api, clock, log });
  return {
    post: (at, name, message, files) => poster.post({ at, name, message, files }),
    findByKey: (at, key) => poster.findByKey(at, key),
    async edit(at, messageId, message) {
      const { team, channel } = await places.of(at);
      await inSomeForm(message, team, (contents) =>
        api.call({ team, method: "chat.update" }, (client) =>
          client.chat.update({ channel, ts: messageId, ...contents, link_names: false, parse: "none" }),
        ),
      );
    },
    async openThread(at, key, message) {
      const { channel } = await places.of(at);
      const there = { ...at, channel };
      return { ...there, thread: await poster.post({ at: there, name: { key }, message, files: [] }) };
    },
    whisper: (at, to, message) => whisper({ api, places }, { at, to, message }),
    react: async (at, messageId, emoji) => {
      if (!messageTs.test(messageId)) return; // said with a form or the native Stop: there is no message
      const { team, channel } = await places.of(at);
      await react(api, team, { channel, timestamp: messageId, name: emoji });
    },
    setStatus: async (at, status, about) => statuses.set(await places.of(at), status, about),
    download: (file) =>
      downloadFile({ api, installations, clients, clock, timeoutMs: times.downloadTimeoutMs }, file),
    publishHome: (person, page) => publishHome({ api, places, apiUrl }, { person, page }),
    linkTo: (at, messageId) => linkTo({ api, places, apiUrl }, at, messageId),
    openModal: (modal) => openModal(api, modal),
    suggestPrompts: (tab) => suggestPrompts(api, tab),
    directMessages: (team, userId) => places.directMessages(team, userId),
    findUser: (team, userId) => findUser(api, team, userId),
    listUsers: (team) => listUsers(api, team),
    audience: async (at, roster) => audienceOf(api, await places.of(at), roster),
    channelName: (team, channel) => channelName(api, team, channel),
    isIn: async (at) => isIn(api, await places.of(at)),
    refusedTeams: () => api.refusedTeams(),
    stop: () => statuses.stop(),
  };
}

const messageTs = /^\d+\.\d+$/;

interface Reaction {
  readonly channel: string;
  readonly timestamp: string;
  readonly name: string;
}

/** Twice is once. */
async function react(api: SlackApi, team: string, reaction: Reaction): Promise<void> {
  try {
    await api.call({ team, method: "reactions.add" }, (client) => client.reactions.add(reaction));
  } catch (error) {
    if (!(error instanceof ChatError) || slackCode(error) !== "already_reacted") throw error;
  }
}
