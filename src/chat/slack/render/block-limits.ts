// Why Slack would refuse a message or a view, found before it is sent: tests and `deputy doctor` ask here.
//
//   BL1  Every limit of ux S-M8 that a payload of ours can meet; what one schema can't see is counted here.
//   BL2  An empty list means that nothing is known against it.

import { z } from "zod";
import { MessageBlock, ViewBlock } from "./block-schema.ts";
import { plainText, text } from "./element-schema.ts";
import type { SlackMessage } from "./slack-message.ts";

const Message = z.strictObject({
  text: text(40_000),
  blocks: z.array(MessageBlock).max(50).optional(),
});

const view = {
  blocks: z.array(ViewBlock).min(1).max(100),
  private_metadata: z.string().max(3_000).optional(),
  callback_id: text(255).optional(),
  external_id: text(255).optional(),
};

const Modal = z.strictObject({
  ...view,
  type: z.literal("modal"),
  title: plainText(24),
  submit: plainText(24).optional(),
  close: plainText(24).optional(),
  clear_on_close: z.boolean().optional(),
  notify_on_close: z.boolean().optional(),
});

const Home = z.strictObject({ ...view, type: z.literal("home") });

/** A message, a modal or a Home tab. `type` is what a view has and a message has not. */
export type Payload = SlackMessage | { readonly type: string; readonly blocks: readonly unknown[] };

export function reasonsAgainst(payload: Payload): string[] {
  const schema = !("type" in payload) ? Message : payload.type === "home" ? Home : Modal;
  const { error } = schema.safeParse(payload);
  const blocks = (payload.blocks ?? []).map(asRecord);
  return [...(error?.issues ?? []).map(inWords), ...across(payload, blocks)];
}

type Json = Readonly<Record<string, unknown>>;

/** What only the whole shows. */
function across(payload: Payload, blocks: readonly Json[]): string[] {
  const ids = blocks.flatMap((block) => (typeof block["block_id"] === "string" ? [block["block_id"]] : []));
  const prose = sum(blocks.filter(isOf("markdown")).map((block) => lengthOf(block["text"])));
  const plans = sum(blocks.filter(isOf("plan")).map((block) => Buffer.byteLength(JSON.stringify(block))));
  const tables = blocks.filter((block) => block["type"] === "table" || block["type"] === "data_table").length;
  const modal = "type" in payload && payload.type === "modal";
  return [
    ...repeated(ids).map((id) => `blocks: the block_id "${id}" is there twice`),
    ...blocks.flatMap((block, n) =>
      repeated(actionIdsOf(block)).map((id) => `blocks[${n}]: the action_id "${id}" is there twice`),
    ),
    ...(prose > 12_000 ? [`blocks: ${prose} characters of markdown together, at most 12000`] : []),
    ...(plans > 9_000 ? [`blocks: ${plans} bytes of plan together, at most 9000`] : []),
    ...(tables > 1 ? [`blocks: ${tables} tables, at most 1`] : []),
    ...blocks.flatMap((block, n) =>
      unevenTable(block) ? [`blocks[${n}].rows: rows of different length`] : [],
    ),
    ...(modal && blocks.some(isOf("input")) && asRecord(payload)["submit"] === undefined
      ? ["submit: needed with an input"]
      : []),
  ];
}

function inWords(issue: z.core.$ZodIssue): string {
  const path = issue.path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("");
  return `${path.replace(/^\./, "")}: ${issue.message}`;
}

function actionIdsOf(block: Json): readonly string[] {
  const elements = Array.isArray(block["elements"]) ? block["elements"].map(asRecord) : [];
  return elements.flatMap(({ action_id: id }) => (typeof id === "string" ? [id] : []));
}

function unevenTable(block: Json): boolean {
  if (block["type"] !== "data_table" || !Array.isArray(block["rows"])) return false;
  return new Set(block["rows"].map((row) => (Array.isArray(row) ? row.length : 0))).size > 1;
}

function isOf(type: string): (block: Json) => boolean {
  return (block) => block["type"] === type;
}

function repeated(ids: readonly string[]): readonly string[] {
  return [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))];
}

function lengthOf(value: unknown): number {
  return typeof value === "string" ? value.length : 0;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}

function asRecord(value: unknown): Json {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
