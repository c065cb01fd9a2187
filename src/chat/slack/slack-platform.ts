// Slack as a chat platform: what is heard (inbound/) and what is said (outbound/), joined.
//
//   SP1  Several installations are one platform: the workspace is in the tenant of each address (`slack-<team>`).

import { errorText } from "../../base/errors.ts";
import type { ChatPlatform, PlatformHealth, PlatformHooks, PlatformPeople, Receive } from "../contract.ts";
import { ChatError } from "../errors.ts";
import type { SlackDeps } from "./deps.ts";
import { createSlackDoors } from "./inbound/doors.ts";
import type { SlackEdges } from "./inbound/edges.ts";
import { createPeople, type People } from "./inbound/people.ts";
import { createRoster } from "./inbound/roster.ts";
import { slackUser, teamOf } from "./outbound/address.ts";
import { createSlackOutbound, type OutboundTimes, type SlackOutbound } from "./outbound/create-outbound.ts";

export const slackPlatformName = "slack";

/** Slack asks for three seconds between two edits of one message (S-M11). */
const editIntervalMs = 3_000;

/** `times` are for tests. */
export function createSlackPlatform(deps: SlackDeps, times?: OutboundTimes): ChatPlatform {
  const { clock, log } = deps;
  const outbound = createSlackOutbound(deps, times);
  const listener: Listener = { receive: notStarted, hooks: undefined };
  const roster = createRoster((team) => outbound.listUsers(team), clock);
  const people = createPeople({
    lookUp: (team, user) => outbound.findUser(team, user),
    roster,
    recall: deps.recallPerson,
    clock,
    log,
  });
  const doors = createSlackDoors(deps, {
    receive: (event) => listener.receive(event),
    hooks: hooksOf(deps, outbound, listener),
    people,
  });
  return {
    name: slackPlatformName,
    capabilities: { readBack: true, reactions: true, sessionStatus: true, editIntervalMs },
    doors: doors.doors,
    async start(receive, hooks) {
      listener.receive = receive;
      listener.hooks = hooks;
      await doors.start();
    },
    async stop() {
      outbound.stop();
      await doors.stop();
    },
    post: outbound.post,
    edit: outbound.edit,
    whisper: outbound.whisper,
    react: outbound.react,
    setStatus: outbound.setStatus,
    findByKey: outbound.findByKey,
    download: outbound.download,
    publishHome: outbound.publishHome,
    linkTo: outbound.linkTo,
    audience: (at) => outbound.audience(at, roster),
    people: peopleOf(outbound, people),
    health: () => healthOf(doors.health(), outbound.refusedTeams()),
  };
}

function peopleOf(outbound: SlackOutbound, people: People): PlatformPeople {
  return {
    standing: (person, at) => people.standing(teamOf(at), person),
    async lineTo(person, tenant) {
      const channel = await outbound.directMessages(teamOf({ tenant }), slackUser(person).user);
      return { platform: slackPlatformName, tenant, kind: "dm", channel, thread: "" };
    },
    // Told to apps that have `users:read.email` besides.
    address: async (person, tenant) =>
      (await outbound.findUser(teamOf({ tenant }), slackUser(person).user))?.profile?.email,
  };
}

interface Listener {
  receive: Receive;
  hooks: PlatformHooks | undefined;
}

function hooksOf({ log }: SlackDeps, outbound: SlackOutbound, listener: Listener): SlackEdges["hooks"] {
  return {
    homeOpened: (person) => listener.hooks?.homeOpened(person),
    serves: (at, author) => listener.hooks?.serves?.(at, author) ?? true,
    openModal: (modal) => outbound.openModal(modal),
    openThread: (at, { key, text }) => outbound.openThread(at, key, { kind: "notice", text, files: [] }),
    tell: (at, to, text) => outbound.whisper(at, to, { kind: "notice", text, files: [] }),
    invited: (at, by) => listener.hooks?.invited?.(at, by) ?? Promise.resolve(),
    deactivated: (person) => listener.hooks?.deactivated?.(person) ?? Promise.resolve(),
    rejected: (why) => listener.hooks?.rejected?.(why),
    channelName: (team, channel) => outbound.channelName(team, channel),
    isIn: (at) => outbound.isIn(at),
    messagesOpened(tab) {
      outbound.suggestPrompts(tab).catch((error: unknown) => {
        log.debug("No prompts could be suggested", { team: tab.teamId, error: errorText(error) });
      });
    },
  };
}

function healthOf(doors: PlatformHealth, refused: readonly string[]): PlatformHealth {
  if (refused.length === 0) return doors;
  const observed = `${doors.observed} Slack refuses the token of ${refused.join(", ")}: install the app again.`;
  return { ok: false, observed };
}

async function notStarted(): Promise<never> {
  throw new ChatError("chat.unavailable", "Slack delivered something before the start.", {
    fate: "refused",
    retry: { kind: "backoff" },
  });
}
