// Slack's limits on the controls and texts inside a block (ux S-M8), as schemas. Blocks are block-schema.ts.
//
// Strict: Slack refuses a whole message for one property that it does not know.

import { z } from "zod";

export const text = (most: number): z.ZodString => z.string().min(1).max(most);

type PlainText = z.ZodObject<
  { type: z.ZodLiteral<"plain_text">; text: z.ZodString; emoji: z.ZodOptional<z.ZodBoolean> },
  z.core.$strict
>;

export const plainText = (most: number): PlainText =>
  z.strictObject({ type: z.literal("plain_text"), text: text(most), emoji: z.boolean().optional() });

export const anyText = (most: number): z.ZodType =>
  z.discriminatedUnion("type", [
    plainText(most),
    z.strictObject({ type: z.literal("mrkdwn"), text: text(most), verbatim: z.boolean().optional() }),
  ]);

const actionId = text(255).optional();
const url = text(3_000);
const style = z.enum(["primary", "danger"]).optional();

const Confirm = z.strictObject({
  title: plainText(100).optional(),
  text: anyText(300),
  confirm: plainText(30).optional(),
  deny: plainText(30).optional(),
  style,
});
const confirm = Confirm.optional();

export const Button = z.strictObject({
  type: z.literal("button"),
  action_id: actionId,
  text: plainText(75),
  value: text(2_000).optional(),
  url: url.optional(),
  style,
  confirm,
  accessibility_label: text(75).optional(),
});

const Option = z.strictObject({
  text: anyText(75),
  value: text(75),
  description: plainText(75).optional(),
});

const focus_on_load = z.boolean().optional();
const placeholder = plainText(150).optional();

export const StaticSelect = z.strictObject({
  type: z.literal("static_select"),
  action_id: actionId,
  options: z.array(Option).min(1).max(100),
  initial_option: Option.optional(),
  placeholder,
  confirm,
  focus_on_load,
});

const ConversationsSelect = z.strictObject({
  type: z.literal("conversations_select"),
  action_id: actionId,
  initial_conversation: text(255).optional(),
  default_to_current_conversation: z.boolean().optional(),
  filter: z
    .strictObject({
      include: z
        .array(z.enum(["im", "mpim", "private", "public"]))
        .min(1)
        .optional(),
      exclude_external_shared_channels: z.boolean().optional(),
      exclude_bot_users: z.boolean().optional(),
    })
    .optional(),
  placeholder,
  focus_on_load,
});

export const Overflow = z.strictObject({
  type: z.literal("overflow"),
  action_id: actionId,
  options: z.array(Option).min(1).max(5),
  confirm,
});

const RadioButtons = z.strictObject({
  type: z.literal("radio_buttons"),
  action_id: actionId,
  options: z.array(Option).min(1).max(10),
  initial_option: Option.optional(),
  focus_on_load,
});

const PlainTextInput = z.strictObject({
  type: z.literal("plain_text_input"),
  action_id: actionId,
  initial_value: z.string().max(3_000).optional(),
  multiline: z.boolean().optional(),
  min_length: z.int().min(0).max(3_000).optional(),
  max_length: z.int().min(1).max(3_000).optional(),
  placeholder,
  focus_on_load,
});

const Thumb = z.strictObject({
  text: plainText(75),
  value: text(2_000),
  accessibility_label: text(75).optional(),
});

export const FeedbackButtons = z.strictObject({
  type: z.literal("feedback_buttons"),
  action_id: actionId,
  positive_button: Thumb,
  negative_button: Thumb,
});

export const IconButton = z.strictObject({
  type: z.literal("icon_button"),
  action_id: actionId,
  icon: text(75),
  text: plainText(75),
  value: text(2_000).optional(),
  visible_to_user_ids: z.array(text(255)).min(1).optional(),
  accessibility_label: text(75).optional(),
  confirm,
});

/** Only from Slack's own files: a picture from elsewhere is loaded by every reader (OUT-1). */
export const SlackImage = z.strictObject({
  type: z.literal("image"),
  alt_text: text(2_000),
  slack_file: z.union([z.strictObject({ id: text(255) }), z.strictObject({ url })]),
});

export const ActionsElement = z.discriminatedUnion("type", [
  Button,
  StaticSelect,
  ConversationsSelect,
  Overflow,
  RadioButtons,
]);

export const InputElement = z.discriminatedUnion("type", [
  PlainTextInput,
  StaticSelect,
  ConversationsSelect,
  RadioButtons,
]);
