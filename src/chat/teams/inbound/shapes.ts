// The parts of an activity that are read, as Teams sends them. What is not named here is not looked at.

import { z } from "zod";

const text = z.string().max(100_000);
const id = z.string().min(1).max(1_000);
/** A part that is malformed is as good as absent: the activity around it still says something. */
const lenient = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined);

const Account = z.object({
  id,
  name: lenient(z.string()),
  aadObjectId: lenient(z.string()),
  role: lenient(z.string()),
});

export const Mention = z.object({
  type: z.literal("mention"),
  text: z.string(),
  mentioned: z.object({ id, name: lenient(z.string()), aadObjectId: lenient(z.string()) }),
});

export const ClientInfo = z.object({
  type: z.literal("clientInfo"),
  locale: lenient(z.string()),
  timezone: lenient(z.string()),
});

const Attachment = z.object({
  contentType: z.string(),
  contentUrl: lenient(z.string()),
  name: lenient(z.string()),
  content: z.unknown().optional(),
});
export type Attachment = z.infer<typeof Attachment>;

export const Activity = z.object({
  type: z.string().min(1),
  id: lenient(id),
  name: lenient(z.string()),
  action: lenient(z.string()),
  channelId: z.string(),
  serviceUrl: z.string().min(1).max(2_000),
  timestamp: lenient(z.string()),
  localTimezone: lenient(z.string()),
  locale: lenient(z.string()),
  from: Account,
  recipient: lenient(Account),
  conversation: z.object({
    id,
    conversationType: lenient(z.string()),
    tenantId: lenient(z.string()),
    isGroup: lenient(z.boolean()),
  }),
  channelData: lenient(
    z.object({
      tenant: lenient(z.object({ id: z.string() })),
      team: lenient(z.object({ id: z.string() })),
      eventType: lenient(z.string()),
    }),
  ),
  text: lenient(text),
  replyToId: lenient(id),
  value: z.unknown().optional(),
  entities: lenient(z.array(z.unknown())),
  attachments: lenient(z.array(Attachment)),
  membersAdded: lenient(z.array(z.object({ id }))),
  membersRemoved: lenient(z.array(z.object({ id }))),
});
export type Activity = z.infer<typeof Activity>;

/** `adaptiveCard/action`: a button of ours, with what was filled in beside it. */
export const CardAction = z.object({
  action: z.object({
    type: z.literal("Action.Execute"),
    verb: z.string().max(200),
    data: z.record(z.string(), z.unknown()).optional(),
  }),
  trigger: lenient(z.string()),
});

/** `message/submitAction`: a thumb under a result, with what was written to it. */
export const Feedback = z.object({
  actionName: z.literal("feedback"),
  actionValue: z.object({ reaction: z.enum(["like", "dislike"]), feedback: lenient(z.string()) }),
});

/** `task/fetch` and `task/submit`: a form over a conversation. */
export const Task = z.object({ data: z.record(z.string(), z.unknown()) });

/** `fileConsent/invoke`: a person said where a file may be put, or that it may not. */
export const FileConsent = z.object({
  action: z.enum(["accept", "decline"]),
  context: z.unknown().optional(),
  uploadInfo: lenient(
    z.object({
      uploadUrl: z.string(),
      contentUrl: z.string(),
      name: z.string(),
      uniqueId: z.string(),
      fileType: lenient(z.string()),
    }),
  ),
});

export const DownloadInfo = z.object({ downloadUrl: z.string(), uniqueId: lenient(z.string()) });
