// Who is being spoken to (ux c.8)? A pure decision over one message and what is known about its place.
//
//   A1  Other bots never start or steer anything unless they are listed, and then only by a mention.
//   A2  People who talk to each other are left alone: a message that mentions somebody else, and not the agent, is theirs.
//   A3  A muted conversation is silent until somebody mentions the agent.
//   A4  In a chat without threads nobody is followed: whoever has asked once would be heard with all that they say to others later.

import type { PersonKey } from "../domain/ids.ts";
import type { Person } from "../domain/person.ts";
import type { ReplyMode } from "./rules.ts";

export interface Spoken {
  readonly author: Person;
  readonly mentionsAgent: boolean;
  /** People other than the agent who are mentioned. */
  readonly mentions: readonly PersonKey[];
}

export interface Place {
  readonly kind: "channel" | "dm" | "group";
  readonly muted: boolean;
  /** All that is said there is one conversation, for good. */
  readonly flat?: boolean;
  /** Who has addressed the agent here before. */
  readonly followers: ReadonlySet<PersonKey>;
  readonly rules: {
    readonly enabled: boolean;
    readonly reply: ReplyMode;
    readonly guests: boolean;
    readonly bots: readonly PersonKey[];
    /** Whom an operator has withdrawn access from. */
    readonly revoked?: ReadonlySet<PersonKey>;
  };
}

type Refusal = "channel-off" | "guest" | "revoked" | "unchecked";

export type Addressing =
  | { readonly kind: "addressed" }
  /** Not for the agent: kept as context. */
  | { readonly kind: "overheard" }
  /** Meant for the agent, but its author or this place is not served: they are told, privately. */
  | { readonly kind: "refused"; readonly why: Refusal };

const addressed: Addressing = { kind: "addressed" };
const overheard: Addressing = { kind: "overheard" };

export function addressing(spoken: Spoken, place: Place): Addressing {
  if (spoken.author.kind === "bot") {
    const listed = place.rules.enabled && place.rules.bots.includes(spoken.author.key);
    return listed && spoken.mentionsAgent ? addressed : overheard;
  }
  if (!isMeant(spoken, place)) return overheard;
  if (place.rules.revoked?.has(spoken.author.key)) return refusal("revoked", spoken, place);
  if (!place.rules.enabled) return refusal("channel-off", spoken, place);
  if (spoken.author.kind !== "member" && !place.rules.guests)
    return refusal(spoken.author.unchecked === true ? "unchecked" : "guest", spoken, place);
  return addressed;
}

/** For what can mean nobody else: a command, a click that starts work. Bots get no answer to it. */
export function servedAt(author: Person, place: Pick<Place, "kind" | "rules">): Addressing {
  const spoken = { author, mentionsAgent: true, mentions: [] };
  return addressing(spoken, { ...place, muted: false, followers: new Set() });
}

type Unfollowed = Omit<Place, "followers">;

/** Whether it matters who has addressed the agent there before. */
export function asksFollowers(spoken: Spoken, place: Unfollowed): boolean {
  return meantFor(spoken, place) === "followers";
}

function isMeant(spoken: Spoken, place: Place): boolean {
  const meant = meantFor(spoken, place);
  return meant === "followers" ? place.followers.has(spoken.author.key) : meant;
}

function meantFor({ mentionsAgent, mentions }: Spoken, place: Unfollowed): boolean | "followers" {
  if (mentionsAgent) return true;
  if (place.muted) return false;
  if (place.kind === "dm") return true;
  if (mentions.length > 0) return false;
  switch (place.rules.reply) {
    case "all":
      return true;
    case "followers":
      return place.flat !== true && "followers";
    case "mention-only":
      return false;
    default:
      return place.rules.reply satisfies never;
  }
}

/** Only who called the agent by name, or wrote to it alone, is told no; others were just talking. */
function refusal(why: Refusal, spoken: Spoken, place: Place): Addressing {
  return spoken.mentionsAgent || place.kind === "dm" ? { kind: "refused", why } : overheard;
}
