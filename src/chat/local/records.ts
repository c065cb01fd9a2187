// What the local chat writes down: one JSON object a line, never changed afterwards. The room is a fold of these.

import { z } from "zod";
import { actionIds } from "../../domain/actions.ts";
import { Outgoing } from "../../domain/outbox.ts";
import { PersonKeySchema } from "../../domain/person.ts";

export const LocalFile = z.object({
  id: z.string(),
  name: z.string(),
  title: z.string().optional(),
  mimeType: z.string().optional(),
  sizeBytes: z.number().int().nonnegative(),
});
export type LocalFile = z.infer<typeof LocalFile>;

const line = { seq: z.number().int().positive(), at: z.number().int() };
const heard = { ...line, event: z.string(), author: PersonKeySchema, message: z.string() };
const place = { channel: z.string(), thread: z.string() };

/** What people did: each is an event that the agent has to be told, under its `event` id. */
const Said = z.object({
  ...heard,
  ...place,
  type: z.literal("said"),
  text: z.string(),
  files: z.array(LocalFile),
});
const Reworded = z.object({ ...heard, type: z.literal("reworded"), text: z.string() });
const Removed = z.object({ ...heard, type: z.literal("removed") });
const Clicked = z.object({
  ...heard,
  type: z.literal("clicked"),
  action: z.enum(actionIds),
  value: z.string(),
  text: z.string().optional(),
});

const Delivered = z.object({ ...line, type: z.literal("delivered"), event: z.string() });
const Undelivered = z.object({ ...line, type: z.literal("undelivered"), event: z.string() });

/** What the agent did. `key` marks a post, `to` a whisper. */
const Posted = z.object({
  ...line,
  ...place,
  type: z.literal("posted"),
  message: z.string(),
  body: Outgoing,
  files: z.array(LocalFile),
  key: z.string().optional(),
  to: PersonKeySchema.optional(),
});
const Edited = z.object({ ...line, type: z.literal("edited"), message: z.string(), body: Outgoing });
const Reacted = z.object({ ...line, type: z.literal("reacted"), message: z.string(), emoji: z.string() });
const Status = z.object({
  ...line,
  ...place,
  type: z.literal("status"),
  status: z.enum(["processing", "suspended", "active"]),
});

export const LocalRecord = z.discriminatedUnion("type", [
  Said,
  Reworded,
  Removed,
  Clicked,
  Delivered,
  Undelivered,
  Posted,
  Edited,
  Reacted,
  Status,
]);
export type LocalRecord = z.infer<typeof LocalRecord>;

export const heardTypes = ["said", "reworded", "removed", "clicked"] as const;
export type HeardRecord = Extract<LocalRecord, { readonly type: (typeof heardTypes)[number] }>;

type Numbered = "seq" | "at";
/** A record before it has its number and time. */
export type Draft = LocalRecord extends infer Any
  ? Any extends LocalRecord
    ? Omit<Any, Numbered>
    : never
  : never;
