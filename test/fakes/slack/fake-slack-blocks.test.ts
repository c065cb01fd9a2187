// Which blocks the fake Slack refuses, as Slack does.

import type { KnownBlock } from "@slack/web-api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Bench, openBench, refusal } from "./bench.ts";
import { ids } from "./fake-slack.ts";

let bench: Bench;

beforeEach(async () => {
  bench = await openBench();
});

afterEach(() => bench.close());

describe("blocks", () => {
  const button = (id: string) => ({ type: "button" as const, action_id: id, text: plain(id) });
  const plain = (text: string) => ({ type: "plain_text" as const, text });

  it.each<[string, unknown[]]>([
    ["51 blocks", Array.from({ length: 51 }, () => ({ type: "divider" }))],
    ["an unknown type", [{ type: "poem" }]],
    ["an input in a message", [{ type: "input", label: plain("x"), element: { type: "plain_text_input" } }]],
    ["a section over 3,000", [{ type: "section", text: { type: "mrkdwn", text: "x".repeat(3001) } }]],
    ["an empty text", [{ type: "section", text: { type: "mrkdwn", text: "" } }]],
    ["a header over 150", [{ type: "header", text: plain("x".repeat(151)) }]],
    ["a button over 75", [{ type: "actions", elements: [{ ...button("a"), text: plain("x".repeat(76)) }] }]],
    ["a value over 2,000", [{ type: "actions", elements: [{ ...button("a"), value: "x".repeat(2001) }] }]],
    ["an action twice in a block", [{ type: "actions", elements: [button("a"), button("a")] }]],
    [
      "a block id twice",
      [
        { type: "divider", block_id: "b" },
        { type: "divider", block_id: "b" },
      ],
    ],
    ["26 buttons", [{ type: "actions", elements: Array.from({ length: 26 }, (_, n) => button(`a${n}`)) }]],
    [
      "11 children of a container",
      [
        {
          type: "container",
          title: plain("t"),
          child_blocks: Array.from({ length: 11 }, () => ({ type: "divider" })),
        },
      ],
    ],
    [
      "a task without a state",
      [{ type: "plan", title: "t", tasks: [{ type: "task_card", task_id: "1", title: "t" }] }],
    ],
    ["a table without a caption", [{ type: "data_table", rows: [[{ type: "raw_text", text: "x" }]] }]],
    ["a button where feedback belongs", [{ type: "context_actions", elements: [button("a")] }]],
  ])("refuses %s", async (_name, blocks) => {
    expect(
      await refusal(bench.web.apiCall("chat.postMessage", { channel: ids.general, text: "x", blocks })),
    ).toBe("invalid_blocks");
    expect(await refusal(bench.web.apiCall("blocks.validate", { blocks }))).toBe("invalid_blocks");
    expect(bench.slack.botMessages()).toEqual([]);
  });

  it("says where the bad one is", async () => {
    const call = bench.web.apiCall("chat.postMessage", {
      channel: ids.general,
      blocks: [{ type: "divider" }, { type: "poem" }],
    });
    await expect(call).rejects.toMatchObject({
      data: {
        response_metadata: { messages: ["[ERROR] unsupported type: poem [json-pointer:/blocks/1/type]"] },
      },
    });
  });

  it("counts characters, not UTF-16 units, and adds up all markdown of a message", async () => {
    const header: KnownBlock[] = [{ type: "header", text: plain("🦊".repeat(150)) }];
    expect(await bench.say("x", { blocks: header })).toMatchObject({ ok: true });
    const long = (n: number) => ({ type: "markdown" as const, text: "x".repeat(n) });
    expect(await bench.say("x", { blocks: [long(6000), long(6000)] })).toMatchObject({ ok: true });
    expect(await refusal(bench.say("x", { blocks: [long(6000), long(6001)] }))).toBe("msg_blocks_too_long");
  });

  it("takes a run card, a table and feedback", async () => {
    const blocks = [
      {
        type: "plan",
        title: "Plan",
        tasks: [{ type: "task_card", task_id: "1", title: "Read", status: "in_progress" }],
      },
      { type: "data_table", caption: "Sums", rows: [[{ type: "raw_text", text: "a" }]] },
      { type: "actions", elements: [button("question.answer"), button("question.answer:1")] },
      {
        type: "context_actions",
        elements: [
          {
            type: "feedback_buttons",
            action_id: "feedback",
            positive_button: { text: plain("Good"), value: "up" },
            negative_button: { text: plain("Bad"), value: "down" },
          },
        ],
      },
    ];
    const { ts = "" } = await bench.say("x", { blocks });
    expect(
      bench.slack.message(ids.general, ts)?.blocks.every((block) => typeof block["block_id"] === "string"),
    ).toBe(true);
  });
});
