// What the fake knows: people, conversations and what was said in them.

export type Json = Readonly<Record<string, unknown>>;

export const teamsIds = {
  app: "11111111-2222-3333-4444-555555555555",
  tenant: "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
  ana: "0000000a-0000-0000-0000-00000000000a",
  bo: "0000000b-0000-0000-0000-00000000000b",
  ada: "0000000c-0000-0000-0000-00000000000c",
  guest: "0000000d-0000-0000-0000-00000000000d",
  general: "19:general@thread.tacv2",
  data: "19:data@thread.tacv2",
  group: "19:group@thread.v2",
} as const;

export interface FakePerson {
  readonly id: string;
  readonly aadObjectId: string;
  readonly name: string;
  readonly guest?: true;
}

export const cast: readonly FakePerson[] = [
  { id: "29:ana", aadObjectId: teamsIds.ana, name: "Ana" },
  { id: "29:bo", aadObjectId: teamsIds.bo, name: "Bo" },
  { id: "29:ada", aadObjectId: teamsIds.ada, name: "Ada" },
  { id: "29:guest", aadObjectId: teamsIds.guest, name: "Gil", guest: true },
];

export const personalChat = (aadObjectId: string): string => `a:personal-${aadObjectId.slice(0, 8)}`;

export interface FakeActivity {
  readonly id: string;
  /** As Teams calls the conversation, with the thread in a channel. */
  readonly conversation: string;
  readonly activity: Json;
  /** Of the person who alone sees it. */
  readonly to?: string;
  readonly reactions: string[];
  readonly edits: Json[];
  deleted: boolean;
}

export interface FakeCall {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly status: number;
}

export type FakeFault =
  | {
      readonly kind: "status";
      readonly status: number;
      readonly code?: string;
      readonly retryAfter?: string;
      readonly location?: string;
      /** It was taken all the same. */
      readonly done?: true;
    }
  /** Done, and the answer cut off. */
  | { readonly kind: "lost" }
  /** Done, and answered this much of the clock later. */
  | { readonly kind: "slow"; readonly ms: number };

export type FaultAt =
  | "keys"
  | "post"
  | "edit"
  | "targeted"
  | "open"
  | "reaction"
  | "token"
  | "upload"
  | "member"
  /** A piece of a stream, or its end. */
  | "download"
  | "stream"
  | "stream end";
