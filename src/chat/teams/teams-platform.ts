// Teams as a chat platform: what is heard (inbound/) and what is said (outbound/), joined.
//
//   MP1  Teams can't be read back: what was posted is known by key in this process only, and `readBack` says so.

import { wholeChat } from "../../domain/conversation.ts";
import type { ChatPlatform, PlatformHealth, PlatformHooks, PlatformPeople, Receive } from "../contract.ts";
import { ChatError } from "../errors.ts";
import type { TeamsDeps } from "./deps.ts";
import { personalChatLink, placeLink } from "./deep-links.ts";
import { loadBotFramework } from "./inbound/bot-framework.ts";
import { createDispatch } from "./inbound/dispatch.ts";
import type { InboundEdges } from "./inbound/edges.ts";
import { createMessagesDoor, messagesPath } from "./inbound/door.ts";
import { teamsPlatformName } from "./inbound/home.ts";
import { createPeople, type People } from "./inbound/people.ts";
import { createReferenceKeeper } from "./inbound/references.ts";
import { createRejections } from "./inbound/rejections.ts";
import { createVerify } from "./inbound/verify.ts";
import { createTeamsOutbound, type OutboundTimes, type TeamsOutbound } from "./outbound/create-outbound.ts";
import { formCard } from "./render/render-attention.ts";
import { referencesInFlight } from "./references-in-flight.ts";
import { sealedText } from "./sealed-text.ts";
import { serviceHosts } from "./service-hosts.ts";

/** One edit in ten seconds leaves room for what matters in a conversation (T-M7). */
const editIntervalMs = 10_000;

/** `times` are for tests. */
export function createTeamsPlatform(given: TeamsDeps, times?: OutboundTimes): ChatPlatform {
  const keeper = createReferenceKeeper({ ...given, references: referencesInFlight(given.references) });
  const deps = { ...given, references: keeper.references };
  const { settings, log } = deps;
  const files = sealedText(deps.sealKey, "file-ref");
  const outbound = createTeamsOutbound(deps, files, times);
  const listener: Listener = { receive: notStarted, hooks: undefined, open: false };
  const rejections = createRejections(log, (why) => listener.hooks?.rejected?.(why));
  const people = createPeople({ ...deps, member: (activity, userId) => outbound.member(activity, userId) });
  const edges: InboundEdges = {
    receive: (event) => listener.receive(event),
    hooks: hooksOf(listener),
    reject: rejections.count,
    cardOf: outbound.cardOf,
    formFor: formCard,
    consented: outbound.consented,
    homeWanted(person) {
      outbound.forgetHome(person.key);
      listener.hooks?.homeOpened(person);
    },
  };
  const messages = createMessagesDoor({
    verify: createVerify(deps, serviceHosts(settings.serviceHosts, settings.playground)),
    dispatch: createDispatch({ deps, edges, people, files, keeper }),
    reject: rejections.count,
    log,
    isOpen: () => listener.open,
  });
  return {
    name: teamsPlatformName,
    capabilities: { readBack: false, reactions: true, sessionStatus: true, editIntervalMs },
    doors: [messages, outbound.filesDoor],
    async start(receive, hooks) {
      await loadBotFramework();
      Object.assign(listener, { receive, hooks, open: true });
    },
    async stop() {
      listener.open = false;
    },
    post: outbound.post,
    edit: outbound.edit,
    whisper: outbound.whisper,
    react: outbound.react,
    setStatus: outbound.setStatus,
    findByKey: outbound.findByKey,
    download: outbound.download,
    publishHome: outbound.publishHome,
    async linkTo({ kind, channel, thread }, message) {
      if (kind === "dm") return personalChatLink(settings.appId);
      return placeLink({ channel, thread, ...(message === undefined ? {} : { message }) }, settings.tenantId);
    },
    audience: (at) => outbound.audience(at),
    people: peopleOf(outbound, people),
    ...(settings.stream === false ? {} : { live: outbound.live }),
    health: () => healthOf(listener.open, outbound.trouble(), rejections.total()),
  };
}

function peopleOf(outbound: TeamsOutbound, people: Pick<People, "learn">): PlatformPeople {
  return {
    async standing(person, at) {
      const standing = await outbound.standing(person, at);
      people.learn(person, standing === "absent" || standing === "gone" ? "external" : standing);
      return standing;
    },
    address: outbound.address,
    lineTo: async (person, tenant) => ({
      platform: teamsPlatformName,
      tenant,
      kind: "dm",
      channel: await outbound.personalChat(person),
      thread: wholeChat,
    }),
  };
}

interface Listener {
  receive: Receive;
  hooks: PlatformHooks | undefined;
  open: boolean;
}

function hooksOf(listener: Listener): PlatformHooks {
  return {
    homeOpened: (person) => listener.hooks?.homeOpened(person),
    invited: (at, by) => listener.hooks?.invited?.(at, by) ?? Promise.resolve(),
    rejected: (why) => listener.hooks?.rejected?.(why),
    serves: (at, author) => listener.hooks?.serves?.(at, author) ?? true,
  };
}

function healthOf(open: boolean, trouble: string | undefined, rejected: number): PlatformHealth {
  const refused = rejected === 0 ? "" : ` ${rejected} deliveries were refused.`;
  const wrong = trouble === undefined ? "" : ` ${trouble}: check TEAMS_APP_ID and TEAMS_APP_PASSWORD.`;
  return {
    ok: open && trouble === undefined,
    observed: `${messagesPath} is ${open ? "open" : "closed"}.${wrong}${refused}`,
  };
}

async function notStarted(): Promise<never> {
  throw new ChatError("chat.unavailable", "Teams delivered something before the start.", {
    fate: "refused",
    retry: { kind: "backoff" },
  });
}
