// What the store keeps for chat platforms: installations of Slack, conversation references of Teams. Part of contract.ts,
// whose rules hold.

import type { ConversationAddress } from "../domain/conversation.ts";
import type { PersonKey } from "../domain/ids.ts";

export interface SlackInstallationRow {
  /** The workspace, or the organisation where the app is installed for all of it. */
  readonly team: string;
  readonly enterprise?: string;
  readonly orgWide: boolean;
  /** Sealed; absent once it is revoked. */
  readonly botToken?: string;
  readonly botUser: string;
  readonly botId: string;
  readonly appId?: string;
  readonly scopes: readonly string[];
  /** Slack's id of the person. */
  readonly installedBy: string;
  readonly installedAt: number;
  readonly revokedAt?: number;
  readonly why?: string;
}

export interface SlackInstallationRepository {
  /** Installed again replaces what was there, a revocation included. */
  save(row: Omit<SlackInstallationRow, "revokedAt" | "why"> & { readonly botToken: string }): Promise<void>;
  find(team: string): Promise<SlackInstallationRow | undefined>;
  /** By team. Revoked ones too. */
  list(): Promise<SlackInstallationRow[]>;
  /** Destroys the token. False if there is none any more, or the one that is there is not `sealed`. */
  revoke(team: string, sealed: string, why: string, now: number): Promise<boolean>;
  /** The same token, sealed anew. False if the one that is there is not `from`. */
  reseal(team: string, from: string, to: string): Promise<boolean>;
}

/** A Teams conversation as the app was last told of it. */
export interface TeamsPlaceRow {
  readonly tenant: string;
  /** Without the thread that Teams adds in channels. */
  readonly conversation: string;
  readonly kind: ConversationAddress["kind"];
  readonly serviceUrl: string;
  /** The whole reference, as JSON. */
  readonly reference: string;
  readonly seenAt: number;
  /** Since when the app is not there any more. */
  readonly goneAt?: number;
}

export interface TeamsPersonRow {
  readonly key: PersonKey;
  readonly tenant: string;
  /** What Teams mentions and writes to them by. */
  readonly userId: string;
  /** Their personal chat with the app. */
  readonly personal?: string;
  readonly seenAt: number;
}

export interface TeamsReferenceRepository {
  /** The newest stands, and the app is there again. */
  savePlace(row: Omit<TeamsPlaceRow, "goneAt">): Promise<void>;
  findPlace(tenant: string, conversation: string): Promise<TeamsPlaceRow | undefined>;
  /** Any place of the tenant that the app is in, the one that was seen last. */
  anyPlace(tenant: string): Promise<TeamsPlaceRow | undefined>;
  markGone(tenant: string, conversation: string, now: number): Promise<void>;
  /** A personal chat that is known stays known. */
  savePerson(row: TeamsPersonRow): Promise<void>;
  findPerson(key: PersonKey): Promise<TeamsPersonRow | undefined>;
  personByUserId(tenant: string, userId: string): Promise<TeamsPersonRow | undefined>;
}
