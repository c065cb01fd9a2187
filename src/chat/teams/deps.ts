// What the Teams platform is made from.

import type { Clock } from "../../base/clock.ts";
import type { Ids } from "../../base/ids.ts";
import type { Logger } from "../../base/logger.ts";
import type { Secret } from "../../base/secret.ts";
import type { ConversationAddress } from "../../domain/conversation.ts";
import type { PersonKey } from "../../domain/ids.ts";
import type { Outgoing } from "../../domain/outbox.ts";

export interface TeamsDeps {
  readonly settings: TeamsSettings;
  readonly references: TeamsReferences;
  /** To the hosts that an operator has named, and to Microsoft's file hosts. */
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
  /** For what leaves this server and comes back sealed. */
  readonly sealKey?: Secret | undefined;
  /** How a message of ours looks now, by what Teams calls it. */
  readonly shown?: ((at: ConversationAddress, messageId: string) => Promise<Shown | undefined>) | undefined;
  /** The content of a file that was offered, by its hash. */
  readonly content?: ((sha256: string) => Promise<Buffer>) | undefined;
  /** A private line was opened with the app for the first time. */
  readonly welcome?: ((at: ConversationAddress) => Promise<void>) | undefined;
}

export interface TeamsSettings {
  /** The app registration: who tokens have to be for, and who we are when we ask for one. */
  readonly appId: string;
  readonly appPassword?: Secret | undefined;
  /** The one tenant that is served. */
  readonly tenantId: string;
  /** Without a tenant and without a slash at its end. */
  readonly loginUrl: string;
  readonly openIdMetadataUrl: string;
  /** `host` or `host:port`: where messages may be sent to. */
  readonly serviceHosts: readonly string[];
  /** Where people reach this server; without it files of channels can't be linked to. */
  readonly publicUrl?: string | undefined;
  /** Answers in personal chats are shown while they are written, unless it is false. */
  readonly stream?: boolean | undefined;
  /** Requests without a token are taken from this machine: for the Agents Playground. */
  readonly playground?: boolean | undefined;
}

export interface Shown {
  readonly message: Outgoing;
}

/** Where messages go: kept from every activity, so that the agent can speak first. */
export interface TeamsReferences {
  place(conversation: string): Promise<TeamsPlace | undefined>;
  /** Any conversation that the app is in: what a new one is opened through. */
  anyPlace(): Promise<TeamsPlace | undefined>;
  savePlace(place: TeamsPlace): Promise<void>;
  /** The app was removed there. */
  gone(conversation: string): Promise<void>;
  person(key: PersonKey): Promise<TeamsPerson | undefined>;
  personByUserId(userId: string): Promise<TeamsPerson | undefined>;
  savePerson(person: TeamsPerson): Promise<void>;
}

export interface TeamsPlace {
  /** As Teams calls it, without the thread that it adds in channels. */
  readonly conversation: string;
  readonly kind: ConversationAddress["kind"];
  readonly serviceUrl: string;
  /** Who we are there: `28:<app id>`. */
  readonly bot: TeamsAccount;
  readonly gone?: boolean;
}

export interface TeamsAccount {
  readonly id: string;
  readonly name?: string | undefined;
}

export interface TeamsPerson {
  readonly key: PersonKey;
  /** What Teams mentions and writes to them by: `29:…`. */
  readonly userId: string;
  /** Their personal chat with the app. */
  readonly personal?: string | undefined;
}
