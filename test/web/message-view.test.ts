import { describe, expect, it } from "vitest";
import type { LocalMessage } from "../../src/chat/local/room.ts";
import { asPersonKey } from "../../src/domain/ids.ts";
import { type ViewContext, viewMessage } from "../../src/web/message-view.ts";
import { aCard, aNotice, anAttention, aResult } from "../chat/outgoing.ts";

const ana = asPersonKey("local:local:ana");
const bo = asPersonKey("local:local:bo");

function aMessage(message: Partial<LocalMessage> = {}): LocalMessage {
  return {
    id: "msg_1",
    seq: 1,
    channel: "sales",
    thread: "msg_1",
    sentAt: 0,
    removed: false,
    content: { kind: "text", author: ana, text: "hello" },
    files: [],
    reactions: [],
    delivery: "delivered",
    ...message,
  };
}

function aContext(context: Partial<ViewContext> = {}): ViewContext {
  return { viewer: ana, agentName: "deputy", thread: [], linkHosts: [], ...context };
}

describe("web/message-view", () => {
  it("shows who wrote what, with mentions marked", () => {
    const content = { kind: "text", author: bo, text: "@deputy and @ana" } as const;

    const view = viewMessage(aMessage({ content }), aContext());

    expect(view).toMatchObject({
      author: "bo",
      plain: "@deputy and @ana",
      body: {
        kind: "text",
        source: "@deputy and @ana",
        blocks: [{ of: [{ t: "mention", text: "@deputy" }, { t: "text" }, { t: "mention", text: "@ana" }] }],
      },
    });
  });

  it("marks no mention in what the agent says (OUT-3)", () => {
    const content = { kind: "deputy", body: aNotice("ask @bo") } as const;

    const view = viewMessage(aMessage({ content }), aContext());

    expect(view.author).toBeUndefined();
    expect(view.body).toEqual({
      kind: "notice",
      blocks: [{ t: "paragraph", of: [{ t: "text", text: "ask @bo" }] }],
    });
  });

  it.each([
    [aCard(), "card", "Working: "],
    [anAttention(), "attention", "Question for Ana: "],
    [aResult(), "result", "Done: "],
    [aNotice("Noted."), "notice", "Noted."],
  ])("carries a message of the kind $kind, and its text form", (body, kind, start) => {
    const view = viewMessage(aMessage({ content: { kind: "deputy", body } }), aContext());

    expect(view.body.kind).toBe(kind);
    expect(view.plain.startsWith(start)).toBe(true);
  });

  it("tells the person who is asked from the others", () => {
    const message = aMessage({ content: { kind: "deputy", body: anAttention() } });

    expect(viewMessage(message, aContext({ viewer: ana })).body).toMatchObject({ forViewer: true });
    expect(viewMessage(message, aContext({ viewer: bo })).body).toMatchObject({ forViewer: false });
  });

  it("marks what only the viewer sees", () => {
    expect(viewMessage(aMessage({ to: ana }), aContext()).onlyYou).toBe(true);
    expect(viewMessage(aMessage(), aContext()).onlyYou).toBe(false);
  });

  it("names files by their title, with their size in words", () => {
    const files = [
      { id: "file_1", name: "a.csv", sizeBytes: 12_300 },
      { id: "file_2", name: "b.csv", title: "All rows", sizeBytes: 5 },
    ];

    expect(viewMessage(aMessage({ files }), aContext()).files).toEqual([
      { id: "file_1", name: "a.csv", title: "a.csv", size: "12 KB" },
      { id: "file_2", name: "b.csv", title: "All rows", size: "5 B" },
    ]);
  });

  describe("OUT-2: links in what the agent says", () => {
    const linked = (text: string, context: Partial<ViewContext>): boolean => {
      const message = aMessage({ content: { kind: "deputy", body: aResult({ text }) } });
      return JSON.stringify(viewMessage(message, aContext(context)).body).includes('"t":"link"');
    };
    const gave = (text: string): LocalMessage[] => [
      aMessage({ content: { kind: "text", author: bo, text } }),
    ];

    it("can be followed when a person gave the address in the conversation", () => {
      const thread = gave("please read https://docs.example/a?b=1, and (https://docs.example/c).");

      expect(linked("[it](https://docs.example/a?b=1)", { thread })).toBe(true);
      expect(linked("https://docs.example/c", { thread })).toBe(true);
    });

    it("cannot be followed when only the host or the start is the same", () => {
      const thread = gave("please read https://docs.example/a");

      expect(linked("[it](https://docs.example/a?leak=secret)", { thread })).toBe(false);
      expect(linked("[it](https://docs.example/)", { thread })).toBe(false);
    });

    it("cannot be followed because the agent itself gave the address", () => {
      const text = "https://evil.example/x";
      const thread = [aMessage({ content: { kind: "deputy", body: aResult({ text }) } })];

      expect(linked(text, { thread })).toBe(false);
    });

    it("can be followed to hosts that the operator allows", () => {
      expect(linked("[it](https://wiki.corp.example/x)", { linkHosts: ["wiki.corp.example"] })).toBe(true);
      expect(
        linked("[it](https://wiki.corp.example.evil.example/x)", { linkHosts: ["wiki.corp.example"] }),
      ).toBe(false);
    });
  });
});
