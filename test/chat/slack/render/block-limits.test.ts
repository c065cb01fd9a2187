import type { KnownBlock } from "@slack/types";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Payload, reasonsAgainst } from "../../../../src/chat/slack/render/block-limits.ts";
import { checkSamples, samplePayloads } from "../../../../src/chat/slack/render/check-samples.ts";
import { plainForm } from "../../../../src/chat/slack/render/plain-form.ts";
import { renderMessage } from "../../../../src/chat/slack/render/render-message.ts";
import { problemsOf } from "../../../fakes/slack/api/block-rules.ts";
import { anyOutgoing } from "./any-outgoing.ts";
import { here } from "./slack-outgoing.ts";

type Json = Record<string, unknown>;

const x = (length: number): string => "x".repeat(length);
const many = <T>(count: number, one: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, n) => one(n));
const plain = (length: number): Json => ({ type: "plain_text", text: x(length) });
const section = (text: Json): Json => ({ type: "section", text });
const divider: Json = { type: "divider" };
const button = (more: Json = {}): Json => ({ type: "button", text: plain(4), ...more });
const actions = (...elements: Json[]): Json => ({ type: "actions", elements });
const confirm = (more: Json): Json =>
  actions(button({ confirm: { title: plain(1), text: plain(1), ...more } }));
const select = (options: Json[], more: Json = {}): Json =>
  actions({ type: "static_select", options, ...more });
const option = (n: number, more: Json = {}): Json => ({ text: plain(5), value: `v${n}`, ...more });
const task = (more: Json = {}): Json => ({
  type: "task_card",
  task_id: "s1",
  title: "t",
  status: "pending",
  ...more,
});
const plan = (tasks: Json[], title = "p"): Json => ({ type: "plan", title, tasks });
const thumb = (length: number, value = "v"): Json => ({ text: plain(length), value });
const thumbs = (length: number, value?: string): Json => ({
  type: "context_actions",
  elements: [
    { type: "feedback_buttons", positive_button: thumb(length, value), negative_button: thumb(length) },
  ],
});
const table = (rows: number, columns: number): Json => ({
  type: "table",
  rows: many(rows, () => many(columns, () => ({ type: "raw_text", text: "c" }))),
});
const dataTable = (more: Json): Json => ({
  type: "data_table",
  caption: "c",
  rows: [[{ type: "raw_text", text: "head" }], [{ type: "raw_text", text: "cell" }]],
  ...more,
});
const container = (more: Json): Json => ({
  type: "container",
  title: plain(5),
  child_blocks: [divider],
  ...more,
});
const input = (more: Json = {}): Json => ({
  type: "input",
  label: plain(5),
  element: { type: "plain_text_input" },
  ...more,
});

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- wrong on purpose: the check is for what types can't say
const ofMessage = (...blocks: Json[]): Payload => ({ text: "t", blocks: blocks as unknown as KnownBlock[] });
const view: Json = {
  title: plain(24),
  submit: plain(24),
  close: plain(24),
  private_metadata: x(3_000),
  callback_id: x(255),
};
const modal = (more: Json = {}): Payload => ({ type: "modal", blocks: [divider], ...view, ...more });
const home = (...blocks: Json[]): Payload => ({ type: "home", blocks });

const limits: readonly (readonly [what: string, within: Payload, beyond: Payload])[] = [
  ["50 blocks in a message", ofMessage(...many(50, () => divider)), ofMessage(...many(51, () => divider))],
  ["100 blocks in a view", home(...many(100, () => divider)), home(...many(101, () => divider))],
  ["text of a message", { text: x(40_000) }, { text: x(40_001) }],
  ["no text", { text: "t" }, { text: "" }],
  ["section text", ofMessage(section(plain(3_000))), ofMessage(section(plain(3_001)))],
  [
    "section fields",
    ofMessage({ type: "section", fields: many(10, () => plain(2_000)) }),
    ofMessage({ type: "section", fields: many(11, () => plain(1)) }),
  ],
  ["a section of nothing", ofMessage(section(plain(1))), ofMessage({ type: "section" })],
  [
    "header",
    ofMessage({ type: "header", text: plain(150) }),
    ofMessage({ type: "header", text: plain(151) }),
  ],
  [
    "markdown",
    ofMessage({ type: "markdown", text: x(12_000) }),
    ofMessage({ type: "markdown", text: x(12_001) }),
  ],
  [
    "markdown together",
    ofMessage(...many(2, () => ({ type: "markdown", text: x(6_000) }))),
    ofMessage(...many(2, () => ({ type: "markdown", text: x(6_001) }))),
  ],
  [
    "button label",
    ofMessage(actions(button({ text: plain(75) }))),
    ofMessage(actions(button({ text: plain(76) }))),
  ],
  [
    "button value",
    ofMessage(actions(button({ value: x(2_000) }))),
    ofMessage(actions(button({ value: x(2_001) }))),
  ],
  [
    "button style",
    ofMessage(actions(button({ style: "danger" }))),
    ofMessage(actions(button({ style: "plain" }))),
  ],
  [
    "action_id",
    ofMessage(actions(button({ action_id: x(255) }))),
    ofMessage(actions(button({ action_id: x(256) }))),
  ],
  [
    "action_id once in a block",
    ofMessage(actions(button({ action_id: "a" })), actions(button({ action_id: "a" }))),
    ofMessage(actions(button({ action_id: "a" }), button({ action_id: "a" }))),
  ],
  [
    "block_id once",
    ofMessage({ ...divider, block_id: "a" }),
    ofMessage({ ...divider, block_id: "a" }, { ...divider, block_id: "a" }),
  ],
  [
    "actions",
    ofMessage(actions(...many(25, () => button()))),
    ofMessage(actions(...many(26, () => button()))),
  ],
  [
    "context",
    ofMessage({ type: "context", elements: many(10, () => plain(1)) }),
    ofMessage({ type: "context", elements: many(11, () => plain(1)) }),
  ],
  [
    "context_actions",
    ofMessage({
      type: "context_actions",
      elements: many(5, () => ({ type: "icon_button", icon: "trash", text: plain(5) })),
    }),
    ofMessage({
      type: "context_actions",
      elements: many(6, () => ({ type: "icon_button", icon: "trash", text: plain(5) })),
    }),
  ],
  [
    "an icon without words",
    ofMessage(thumbs(5)),
    ofMessage({ type: "context_actions", elements: [{ type: "icon_button", icon: "trash" }] }),
  ],
  ["thumb label", ofMessage(thumbs(75)), ofMessage(thumbs(76))],
  ["thumb value", ofMessage(thumbs(5, x(2_000))), ofMessage(thumbs(5, x(2_001)))],
  [
    "select options",
    ofMessage(select(many(100, (n) => option(n)))),
    ofMessage(select(many(101, (n) => option(n)))),
  ],
  ["no select options", ofMessage(select([option(1)])), ofMessage(select([]))],
  [
    "option label",
    ofMessage(select([option(1, { text: plain(75) })])),
    ofMessage(select([option(1, { text: plain(76) })])),
  ],
  [
    "option value",
    ofMessage(select([option(1, { value: x(75) })])),
    ofMessage(select([option(1, { value: x(151) })])),
  ],
  [
    "placeholder",
    ofMessage(select([option(1)], { placeholder: plain(150) })),
    ofMessage(select([option(1)], { placeholder: plain(151) })),
  ],
  [
    "overflow options",
    ofMessage(actions({ type: "overflow", options: many(5, (n) => option(n)) })),
    ofMessage(actions({ type: "overflow", options: many(6, (n) => option(n)) })),
  ],
  ["confirm title", ofMessage(confirm({ title: plain(100) })), ofMessage(confirm({ title: plain(101) }))],
  ["confirm text", ofMessage(confirm({ text: plain(300) })), ofMessage(confirm({ text: plain(301) }))],
  [
    "confirm buttons",
    ofMessage(confirm({ confirm: plain(30), deny: plain(30) })),
    ofMessage(confirm({ deny: plain(31) })),
  ],
  ["plan title", ofMessage(plan([], x(256))), ofMessage(plan([], x(257)))],
  ["task title", ofMessage(plan([task({ title: x(256) })])), ofMessage(plan([task({ title: x(257) })]))],
  [
    "task status",
    ofMessage(plan([task({ status: "error" })])),
    ofMessage(plan([task({ status: "failed" })])),
  ],
  [
    "bytes of a plan",
    ofMessage(plan(many(30, () => task({ title: x(200) })))),
    ofMessage(plan(many(30, () => task({ title: "é".repeat(200) })))),
  ],
  ["table rows", ofMessage(table(100, 20)), ofMessage(table(101, 20))],
  ["table columns", ofMessage(table(2, 20)), ofMessage(table(2, 21))],
  ["one table", ofMessage(table(2, 2)), ofMessage(table(2, 2), table(2, 2))],
  ["data_table pages", ofMessage(dataTable({ page_size: 100 })), ofMessage(dataTable({ page_size: 101 }))],
  ["data_table caption", ofMessage(dataTable({})), ofMessage(dataTable({ caption: undefined }))],
  [
    "data_table cells",
    ofMessage(dataTable({})),
    ofMessage(dataTable({ rows: [[{ type: "raw_number", value: 1, text: "1" }]] })),
  ],
  [
    "data_table rows alike",
    ofMessage(dataTable({})),
    ofMessage(
      dataTable({
        rows: [many(2, () => ({ type: "raw_text", text: "a" })), [{ type: "raw_text", text: "b" }]],
      }),
    ),
  ],
  [
    "container children",
    ofMessage(container({ child_blocks: many(10, () => divider) })),
    ofMessage(container({ child_blocks: many(11, () => divider) })),
  ],
  [
    "container title",
    ofMessage(container({ title: plain(150) })),
    ofMessage(container({ title: plain(151) })),
  ],
  ["modal title", modal(), modal({ title: plain(25) })],
  ["modal submit", modal(), modal({ submit: plain(25) })],
  ["submit with an input", modal({ blocks: [input()] }), modal({ blocks: [input()], submit: undefined })],
  ["private_metadata", modal(), modal({ private_metadata: x(3_001) })],
  ["callback_id", modal(), modal({ callback_id: x(256) })],
  [
    "input label",
    modal({ blocks: [input({ label: plain(2_000) })] }),
    modal({ blocks: [input({ label: plain(2_001) })] }),
  ],
  [
    "radio options",
    modal({ blocks: [input({ element: { type: "radio_buttons", options: many(10, (n) => option(n)) } })] }),
    modal({ blocks: [input({ element: { type: "radio_buttons", options: many(11, (n) => option(n)) } })] }),
  ],
  ["markdown in a view", home(section(plain(1))), home({ type: "markdown", text: "a" })],
  ["a plan in a view", home(section(plain(1))), home(plan([]))],
  [
    "a property that Slack does not know",
    ofMessage(actions(button())),
    ofMessage(actions(button({ disabled: true }))),
  ],
  ["a kind of block that we don't use", ofMessage(divider), ofMessage({ type: "video" })],
];

describe("chat/slack/render/block-limits", () => {
  it.each(limits)("BL1: %s", (_what, within, beyond) => {
    expect(reasonsAgainst(within)).toEqual([]);
    expect(reasonsAgainst(beyond)).not.toEqual([]);
  });

  it("ux d.20, OUT-1: a picture from elsewhere is refused, one of Slack's own is not", () => {
    const picture = { type: "image", alt_text: "chart" };

    expect(reasonsAgainst(ofMessage({ ...picture, slack_file: { id: "F1" } }))).toEqual([]);
    expect(reasonsAgainst(ofMessage({ ...picture, image_url: "https://evil.example/p.png" }))).not.toEqual(
      [],
    );
  });

  it("says where and what", () => {
    expect(reasonsAgainst(ofMessage(divider, actions(button({ text: plain(76) }))))).toEqual([
      "blocks[1].elements[0].text.text: Too big: expected string to have <=75 characters",
    ]);
  });

  it("a sample of each kind of message, of Home and of each form keeps every limit", () => {
    expect(checkSamples()).toEqual([]);
    expect(samplePayloads().length).toBeGreaterThan(20);
  });

  it("RM2, ux d.6: whatever a message holds, nothing is against it", () => {
    fc.assert(
      fc.property(anyOutgoing, (outgoing) => {
        const message = renderMessage(outgoing, { ...here, detailsUrl: "https://deputy.example/runs/run_1" });

        expect(reasonsAgainst(message)).toEqual([]);
        expect(reasonsAgainst(plainForm(outgoing, here))).toEqual([]);
        expect(problemsOf(message.blocks, "message")).toEqual([]); // a second opinion
      }),
      { numRuns: 150 },
    );
  });

  it("whatever a message holds, its payload is well-formed text", () => {
    fc.assert(
      fc.property(anyOutgoing, (outgoing) => {
        const ill: string[] = [];
        JSON.stringify(
          [renderMessage(outgoing, here), plainForm(outgoing, here)],
          (_name, value: unknown) => {
            if (typeof value === "string" && !value.isWellFormed()) ill.push(value);
            return value;
          },
        );

        expect(ill).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});
