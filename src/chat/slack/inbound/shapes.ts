// What Slack sends, as far as it is read here. Slack adds members all the time and leaves hints out, so only what an
// event can't be understood without is demanded; a hint of another shape than expected counts as absent.

import { z } from "zod";

const hint = z.string().optional().catch(undefined);
const flag = z.boolean().optional().catch(undefined);
const id = z.string().min(1);
/** Seconds since the epoch with a fraction, which is also the name of a message in its channel. */
const ts = z.string().regex(/^\d+(?:\.\d+)?$/);

export const SlackFile = z.object({
  id,
  /** Who put it into Slack, which may be another one than whoever sends it on. */
  user: hint,
  name: hint,
  title: hint,
  mimetype: hint,
  size: z.number().int().nonnegative().optional().catch(undefined),
  mode: hint,
  is_external: flag,
  url_private: hint,
  url_private_download: hint,
  permalink: hint,
});
export type SlackFile = z.infer<typeof SlackFile>;

const SharedMessage = z.object({ is_share: flag, text: hint, author_id: hint, author_name: hint });

const message = {
  subtype: hint,
  user: hint,
  bot_id: hint,
  bot_profile: z.object({ name: hint }).optional().catch(undefined),
  username: hint,
  text: z.string().default("").catch(""),
  ts,
  thread_ts: ts.optional().catch(undefined),
  user_team: hint,
  user_profile: z
    .object({ team: hint, is_restricted: flag, is_ultra_restricted: flag })
    .optional()
    .catch(undefined),
  edited: z.object({ user: hint, ts: hint }).optional().catch(undefined),
  files: z.array(SlackFile).optional().catch(undefined),
  attachments: z.array(SharedMessage).optional().catch(undefined),
};

/** A message inside another event: it is in that event's channel. */
export const SlackMessage = z.object(message);
export type SlackMessage = z.infer<typeof SlackMessage>;

/** `message` and `app_mention`. */
export const MessageEvent = z.object({
  ...message,
  channel: id,
  channel_type: hint,
  event_ts: ts.optional().catch(undefined),
  app_context: z.unknown().optional(),
  message: SlackMessage.optional().catch(undefined),
  previous_message: SlackMessage.optional().catch(undefined),
});
export type MessageEvent = z.infer<typeof MessageEvent>;

export const EventEnvelope = z.object({ event_id: id });

export const SessionStopped = z.object({ channel: id, user: id, thread_ts: ts, event_ts: ts });

export const HomeOpened = z.object({ user: id, channel: hint, tab: hint, context: z.unknown().optional() });

/** A hint, so nothing is demanded of it (app-context.ts reads `context`). */
export const ContextChanged = z.object({ user: hint, channel: hint, context: z.unknown().optional() });

export const MemberJoined = z.object({ user: id, channel: id, channel_type: hint, inviter: hint });

export const UserChanged = z.object({
  user: z.object({ id, team_id: hint, deleted: z.boolean().optional() }),
});

export const TokensRevoked = z.object({ tokens: z.object({ bot: z.array(z.string()).optional() }) });

const Clicker = z.object({ id, team_id: hint });
const Channel = z.object({ id, name: hint });

export const BlockActions = z.object({
  user: Clicker,
  trigger_id: hint,
  channel: Channel.optional(),
  container: z.object({ channel_id: hint, message_ts: hint, thread_ts: hint, view_id: hint }),
  message: z.object({ ts, thread_ts: hint, text: hint }).optional().catch(undefined),
  actions: z
    .array(
      z.object({
        action_id: id,
        action_ts: ts,
        value: hint,
        selected_option: z.object({ value: hint }).nullish().catch(undefined),
        url: hint,
      }),
    )
    .min(1),
});
export type BlockActions = z.infer<typeof BlockActions>;
export type BlockAction = BlockActions["actions"][number];

const Option = z.object({
  value: hint,
  text: z.object({ text: z.string() }).optional().catch(undefined),
});

/** One field of a form, as it was filled in. */
const FieldState = z.object({
  value: z.string().nullish().catch(undefined),
  selected_option: Option.nullish().catch(undefined),
  selected_options: z.array(Option).optional().catch(undefined),
  selected_conversation: z.string().nullish().catch(undefined),
});
export type FieldState = z.infer<typeof FieldState>;

export const ViewSubmission = z.object({
  user: Clicker,
  view: z.object({
    id,
    private_metadata: z.string(),
    state: z.object({ values: z.record(z.string(), z.record(z.string(), FieldState)) }),
  }),
});

export const MessageShortcut = z.object({
  user: Clicker,
  trigger_id: id,
  channel: Channel,
  message: SlackMessage,
});

export const GlobalShortcut = z.object({ user: Clicker, trigger_id: id });

export const SlashCommand = z.object({
  command: z.string(),
  text: z.string().default(""),
  trigger_id: id,
  user_id: id,
  channel_id: id,
  channel_name: hint,
});
