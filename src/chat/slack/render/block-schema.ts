// Slack's limits on blocks (ux S-M8, S-S1 to S-S4), as schemas. A kind of block that is not here is not used by us.

import { z } from "zod";
import {
  ActionsElement,
  anyText,
  Button,
  FeedbackButtons,
  IconButton,
  InputElement,
  Overflow,
  plainText,
  SlackImage,
  StaticSelect,
  text,
} from "./element-schema.ts";

const block_id = text(255).optional();

/** Of the task and plan titles that Slack's stream accepts; longer ones were seen to be refused with `msg_too_long`. */
const planText = text(256);

const Actions = z.strictObject({
  type: z.literal("actions"),
  block_id,
  elements: z.array(ActionsElement).min(1).max(25),
});

const Context = z.strictObject({
  type: z.literal("context"),
  block_id,
  elements: z
    .array(z.union([anyText(3_000), SlackImage]))
    .min(1)
    .max(10),
});

const ContextActions = z.strictObject({
  type: z.literal("context_actions"),
  block_id,
  elements: z
    .array(z.discriminatedUnion("type", [FeedbackButtons, IconButton]))
    .min(1)
    .max(5),
});

const Divider = z.strictObject({ type: z.literal("divider"), block_id });
const Header = z.strictObject({ type: z.literal("header"), block_id, text: plainText(150) });
const Markdown = z.strictObject({ type: z.literal("markdown"), block_id, text: text(12_000) });

const Section = z
  .strictObject({
    type: z.literal("section"),
    block_id,
    text: anyText(3_000).optional(),
    fields: z.array(anyText(2_000)).min(1).max(10).optional(),
    accessory: z.discriminatedUnion("type", [Button, Overflow, StaticSelect, SlackImage]).optional(),
    expand: z.boolean().optional(),
  })
  .refine(
    (section) => section.text !== undefined || section.fields !== undefined,
    "has neither text nor fields",
  );

const RichText = z.strictObject({
  type: z.literal("rich_text"),
  block_id,
  elements: z.array(z.record(z.string(), z.unknown())).min(1),
});

const TaskCard = z.strictObject({
  type: z.literal("task_card"),
  block_id,
  task_id: planText,
  title: planText,
  status: z.enum(["pending", "in_progress", "complete", "error"]),
  details: RichText.optional(),
  output: RichText.optional(),
  sources: z.array(z.strictObject({ type: z.literal("url"), url: text(3_000), text: planText })).optional(),
});

const Plan = z.strictObject({
  type: z.literal("plan"),
  block_id,
  title: planText,
  tasks: z.array(TaskCard).max(50).optional(),
});

const RawText = z.strictObject({ type: z.literal("raw_text"), text: text(3_000) });
const RawNumber = z.strictObject({ type: z.literal("raw_number"), value: z.number(), text: text(3_000) });
const width = 20;

const Table = z.strictObject({
  type: z.literal("table"),
  block_id,
  rows: z
    .array(z.array(z.union([RawText, RawNumber, RichText])).max(width))
    .min(1)
    .max(100),
  column_settings: z
    .array(
      z.strictObject({
        align: z.enum(["left", "center", "right"]).optional(),
        is_wrapped: z.boolean().optional(),
      }),
    )
    .max(width)
    .optional(),
});

/** Cells of text only: numbers were refused in a field test (S-S3). */
const DataTable = z.strictObject({
  type: z.literal("data_table"),
  block_id,
  caption: text(3_000),
  rows: z.array(z.array(RawText).min(1).max(width)).min(1).max(101),
  page_size: z.int().min(1).max(100).optional(),
  row_header_column_index: z.int().min(0).optional(),
});

const Input = z.strictObject({
  type: z.literal("input"),
  block_id,
  label: plainText(2_000),
  hint: plainText(2_000).optional(),
  optional: z.boolean().optional(),
  dispatch_action: z.boolean().optional(),
  element: InputElement,
});

const Image = SlackImage.extend({ block_id, title: plainText(2_000).optional() });

const Container = z.strictObject({
  type: z.literal("container"),
  block_id,
  title: plainText(150),
  subtitle: anyText(150).optional(),
  child_blocks: z
    .array(z.union([Actions, Context, Divider, Header, Image, Input, RichText, Section, Table]))
    .min(1)
    .max(10),
  width: z.enum(["narrow", "standard", "wide", "full"]).optional(),
  is_collapsible: z.boolean().optional(),
  default_collapsed: z.boolean().optional(),
});

const everywhere = [Actions, Context, Divider, Header, Image, Input, RichText, Section] as const;

export const MessageBlock = z.discriminatedUnion("type", [
  ...everywhere,
  Container,
  ContextActions,
  DataTable,
  Markdown,
  Plan,
  Table,
  TaskCard,
]);

/** Forms and the Home tab take fewer kinds than messages do. */
export const ViewBlock = z.discriminatedUnion("type", everywhere);
