// Posting under a key: once in this process, whatever is asked again (C2). Teams can't be read back, so what another process
// or an unknown fate leaves open is decided by the gateway (PM2).
//
//   TP1  Files are offered first and the message is posted last: it is the proof that all of it is there.

import type { ConversationAddress } from "../../../domain/conversation.ts";
import type { Outgoing } from "../../../domain/outbox.ts";
import type { FileContent, PostName } from "../../contract.ts";
import { ChatError } from "../../errors.ts";
import { requireSize } from "../../require-size.ts";
import type { TeamsMessage } from "../render/teams-message.ts";
import type { Connector } from "./connector.ts";
import type { FileOffers } from "./file-offers.ts";
import type { Places, Spot } from "./places.ts";
import { endStream } from "./end-stream.ts";
import { longestText, type Showing } from "./showing.ts";
import type { Streams } from "./streams.ts";

export interface PosterDeps {
  readonly connector: Connector;
  readonly places: Places;
  readonly showing: Showing;
  readonly offers: FileOffers;
  readonly streams: Streams;
}

export interface Posting {
  readonly at: ConversationAddress;
  readonly name: PostName;
  readonly message: Outgoing;
  readonly files: readonly FileContent[];
}

export interface TeamsPoster {
  post(posting: Posting): Promise<string>;
  known(at: ConversationAddress, key: string): string | undefined;
}

const remembered = 10_000;

export function createTeamsPoster(deps: PosterDeps): TeamsPoster {
  const posted = new Map<string, string>();
  const offered = new Map<string, Set<string>>();
  const posting = new Map<string, Promise<string>>();
  const note = <T>(map: Map<string, T>, trail: string, value: T): void => {
    map.set(trail, value);
    const [oldest] = map.keys();
    if (map.size > remembered && oldest !== undefined) map.delete(oldest);
  };
  const postNow = async (trail: string, one: Posting): Promise<string> => {
    requireSize(one.message, longestText); // before its files
    const spot = await deps.places.of(one.at);
    if (spot.place.kind === "dm") {
      const done = offered.get(trail) ?? new Set<string>();
      note(offered, trail, done);
      for (const file of one.files.filter(({ name }) => !done.has(name))) {
        await deps.offers.offer(spot, file);
        done.add(file.name);
      }
    }
    const id = await send(deps, spot, one);
    note(posted, trail, id);
    return id;
  };
  return {
    known: (at, key) => posted.get(trailOf(at, key)),
    async post(one) {
      const trail = trailOf(one.at, one.name.key);
      const id = posted.get(trail);
      if (id !== undefined) return id;
      const running = posting.get(trail) ?? postNow(trail, one);
      posting.set(trail, running);
      try {
        return await running;
      } finally {
        posting.delete(trail);
      }
    },
  };
}

async function send(deps: PosterDeps, spot: Spot, one: Posting): Promise<string> {
  const ended = await endStream(deps, spot, one);
  if (ended !== undefined) return ended;
  const { message } = one;
  const to = await deps.showing.placeFor(message, spot.place.kind);
  return deps.showing.inSomeForm(message, to, (form) => postActivity(deps, spot, form));
}

export async function postActivity(
  { connector, places }: Pick<PosterDeps, "connector" | "places">,
  spot: Spot,
  activity: TeamsMessage,
): Promise<string> {
  const { place, conversation } = spot;
  try {
    const answer = await connector.call({
      method: "POST",
      serviceUrl: place.serviceUrl,
      path: `conversations/${encodeURIComponent(conversation)}/activities`,
      conversation,
      what: "posting a message",
      body: { ...activity, from: place.bot, conversation: { id: conversation } },
    });
    const { id } = answer;
    if (typeof id === "string" && id !== "") return id;
  } catch (error) {
    if (error instanceof ChatError && error.noPlace) await places.gone(spot);
    throw error;
  }
  throw new ChatError("chat.unavailable", "Teams took a message and did not say where it is.", {
    fate: "unknown",
    retry: { kind: "backoff" },
  });
}

export interface Replacing {
  readonly spot: Spot;
  readonly messageId: string;
  readonly activity: TeamsMessage;
}

export async function replaceActivity(
  { connector }: Pick<PosterDeps, "connector">,
  { spot, messageId, activity }: Replacing,
): Promise<void> {
  const { place, conversation } = spot;
  await connector.call({
    method: "PUT",
    serviceUrl: place.serviceUrl,
    path: activityPath(spot, messageId),
    conversation,
    what: "an edit",
    body: { ...activity, id: messageId, from: place.bot, conversation: { id: conversation } },
  });
}

export function activityPath({ conversation }: Spot, messageId: string): string {
  return `conversations/${encodeURIComponent(conversation)}/activities/${encodeURIComponent(messageId)}`;
}

function trailOf({ tenant, channel, thread }: ConversationAddress, key: string): string {
  return JSON.stringify([tenant, channel, thread, key]);
}
