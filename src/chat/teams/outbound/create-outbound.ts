// The outgoing half of the Teams platform: the port's calls on the connector.
//
// Owns: putting the parts of this folder together. Does not own: what is said and when (gateway), the door (inbound/).

import type { Audience } from "../../../domain/audience.ts";
import type { ConversationAddress } from "../../../domain/conversation.ts";
import type { PersonKey } from "../../../domain/ids.ts";
import type { ChatPlatform, Door, PlatformLive, PlatformPeople } from "../../contract.ts";
import type { TeamsDeps } from "../deps.ts";
import type { Activity } from "../inbound/shapes.ts";
import type { Member } from "../inbound/people.ts";
import type { InboundEdges } from "../inbound/edges.ts";
import { renderCard } from "../render/render-message.ts";
import type { SealedText } from "../sealed-text.ts";
import { serviceHosts } from "../service-hosts.ts";
import { createConnector } from "./connector.ts";
import { downloadFile } from "./download-file.ts";
import { createFileOffers } from "./file-offers.ts";
import { createHomeCards } from "./home-cards.ts";
import { audienceOf, findMember, standingOf } from "./find-member.ts";
import { createPace, ofReactions, type Pace } from "./pace.ts";
import { createPlaces, type Places } from "./places.ts";
import { activityPath, createTeamsPoster, type PosterDeps, replaceActivity } from "./post-message.ts";
import { createShowing } from "./showing.ts";
import { createStreams, streamAgainMs, streamEveryMs, type Streams } from "./streams.ts";
import { createTokens } from "./token.ts";
import { whisper } from "./whisper.ts";

type Speech = Required<
  Pick<
    ChatPlatform,
    "post" | "edit" | "whisper" | "react" | "setStatus" | "findByKey" | "download" | "publishHome"
  >
>;

export interface TeamsOutbound extends Speech {
  readonly filesDoor: Door;
  readonly cardOf: InboundEdges["cardOf"];
  readonly consented: InboundEdges["consented"];
  forgetHome(person: PersonKey): void;
  member(activity: Activity, userId: string): Promise<Member | undefined>;
  standing: PlatformPeople["standing"];
  audience(at: ConversationAddress): Promise<Audience>;
  readonly address: Required<PlatformPeople>["address"];
  readonly live: PlatformLive;
  /** Their personal chat, as Teams calls it. */
  personalChat(person: PersonKey): Promise<string>;
  /** What is wrong with the app's credentials, as far as the last calls show. */
  trouble(): string | undefined;
}

export interface OutboundTimes {
  readonly callTimeoutMs: number;
  readonly downloadTimeoutMs: number;
  /** How far apart tries are made that could be made at once, from 0 to 1. */
  readonly spread: () => number;
}

const usualTimes: OutboundTimes = {
  callTimeoutMs: 10_000,
  downloadTimeoutMs: 120_000,
  spread: Math.random,
};

export function createTeamsOutbound(deps: TeamsDeps, files: SealedText, times = usualTimes): TeamsOutbound {
  const { settings, clock, fetch, references, ids } = deps;
  const isService = serviceHosts(settings.serviceHosts, settings.playground);
  const tokens = createTokens(deps);
  const pace = createPace(clock);
  const connector = createConnector({
    fetch,
    clock,
    isService,
    tokens,
    pace,
    timeoutMs: times.callTimeoutMs,
    spread: times.spread,
  });
  const places = createPlaces({ settings, references, connector });
  const offers = createFileOffers({ ...deps, connector, isService });
  const showing = createShowing({ references, ids, fileLink: (name, sha256) => offers.link(name, sha256) });
  const streams = createStreams({ connector, clock, log: deps.log });
  const parts = { connector, places, showing, offers, references, settings, streams };
  const poster = createTeamsPoster(parts);
  const homes = createHomeCards(parts, clock);
  return {
    ...marks(parts, createPace(clock, ofReactions)),
    filesDoor: offers.door,
    post: (at, name, message, contents) => poster.post({ at, name, message, files: contents }),
    findByKey: async (at, key) => poster.known(at, key),
    async edit(at, messageId, message) {
      const spot = await places.of(at);
      const to = await showing.placeFor(message, spot.place.kind);
      await showing.inSomeForm(message, to, (activity) =>
        replaceActivity(parts, { spot, messageId, activity }),
      );
    },
    whisper: (at, to, message) => whisper(parts, { at, to, message }),
    download: (file) =>
      downloadFile({ fetch, clock, isService, tokens, files, timeoutMs: times.downloadTimeoutMs }, file),
    publishHome: (person, page) => homes.publish(person, page, ids.next("n")),
    forgetHome: (person) => homes.forget(person),
    cardOf: async (at, message) => renderCard(message, await showing.placeFor(message, at.kind)),
    consented(at, messageId, consent) {
      places.of(at).then(
        (spot) => offers.consented(spot, messageId, consent),
        () => undefined,
      ); // nowhere to hand it over
    },
    member: (activity, userId) => findMember(connector, activity, userId),
    async audience(at) {
      const { serviceUrl, conversation } = (await places.of(at)).place;
      return audienceOf(connector, { serviceUrl, conversation }, settings.tenantId);
    },
    ...peopleAt(parts),
    live: liveIn(places, streams),
    trouble: () => tokens.refused() ?? (connector.refused() ? "Teams refuses the app's token" : undefined),
  };
}

function liveIn(places: Places, streams: Streams): PlatformLive {
  return {
    everyMs: streamEveryMs,
    againMs: streamAgainMs,
    show: (at, showing) =>
      places.of(at).then(
        (spot) => streams.show(spot, showing),
        () => "over",
      ),
    breakOff: (at, run) =>
      places.of(at).then(
        (spot) => streams.breakOff(spot, run),
        () => undefined,
      ),
  };
}

/** Of somebody by their key. */
function peopleAt({
  connector,
  places,
  references,
  settings,
}: Pick<PosterDeps, "connector" | "places"> & Pick<TeamsDeps, "references" | "settings">): Pick<
  TeamsOutbound,
  "standing" | "address" | "personalChat"
> {
  const idOf = async (person: PersonKey): Promise<string> =>
    (await references.person(person))?.userId ?? person.split(":").slice(2).join(":");
  return {
    async standing(person, at) {
      const { serviceUrl, conversation } = (await places.of(at)).place;
      const whose = { userId: await idOf(person), ours: settings.tenantId };
      return standingOf(connector, { serviceUrl, conversation }, whose);
    },
    async address(person) {
      const { place, conversation: id } = await places.personal(person);
      const at = { serviceUrl: place.serviceUrl, conversation: { id } };
      return (await findMember(connector, at, await idOf(person)))?.userPrincipalName;
    },
    personalChat: async (person) => (await places.personal(person)).conversation,
  };
}

/** What is no message: reactions, and that somebody is at work. */
function marks(
  { places, connector }: Pick<PosterDeps, "places" | "connector">,
  reactions: Pace,
): Pick<Speech, "react" | "setStatus"> {
  return {
    async react(at, messageId, emoji) {
      const spot = await places.of(at);
      await reactions.take(spot.conversation);
      await connector.call({
        method: "PUT",
        serviceUrl: spot.place.serviceUrl,
        path: `${activityPath(spot, messageId)}/reactions/${encodeURIComponent(reactionName(emoji))}`,
        what: "a reaction",
      });
    },
    async setStatus(at, status) {
      if (status !== "processing") return; // the run card says the rest
      const { place, conversation } = await places.of(at);
      await connector.call({
        method: "POST",
        serviceUrl: place.serviceUrl,
        path: `conversations/${encodeURIComponent(conversation)}/activities`,
        conversation,
        what: "typing",
        body: { type: "typing", from: place.bot, conversation: { id: conversation } },
      });
    },
  };
}

/** By the names that Teams gives them; an emoji that it has no name for stays as it is. */
function reactionName(emoji: string): string {
  return emoji === "eyes" ? "1f440_eyes" : emoji;
}
