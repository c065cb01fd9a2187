import { describe, expect, it } from "vitest";
import { ChatError } from "../../src/chat/errors.ts";
import type { InboundMessage } from "../../src/domain/inbound.ts";
import { cleanEvent, longestText } from "../../src/gateway/clean-event.ts";
import { ana, thread } from "./gateway-world.ts";

function aMessage(message: Partial<InboundMessage> = {}): InboundMessage {
  return {
    kind: "message",
    eventId: "ev1",
    conversation: thread,
    author: ana,
    sentAt: 1,
    messageId: "msg1",
    text: "hello",
    mentionsAgent: true,
    mentions: [],
    files: [],
    ...message,
  };
}

describe("gateway/clean-event", () => {
  it("leaves an ordinary event as it is", () => {
    const message = aMessage({ text: "naïve 😀 \\u0000 \t\n ‮ok" });

    expect(cleanEvent(message)).toEqual(message);
  });

  it("N1: replaces NUL and halves of surrogate pairs, in every text of the event", () => {
    const file = { id: "f1", name: "a\0.csv", sizeBytes: 1, ref: "r1" };

    const cleaned = cleanEvent(
      aMessage({ text: "a\0b\ud800c😀", files: [file], author: { ...ana, name: "A\udc00" } }),
    );

    expect(cleaned).toMatchObject({
      text: "a\uFFFDb\uFFFDc😀",
      files: [{ name: "a\uFFFD.csv" }],
      author: { name: "A\uFFFD" },
    });
  });

  it("takes a megabyte of text", () => {
    const text = "x".repeat(1_000_000);

    expect(cleanEvent(aMessage({ text }))).toMatchObject({ text });
  });

  it.each([
    ["nothing", undefined],
    ["a string", "hello"],
    ["an unknown kind", { ...aMessage(), kind: "poke" }],
    ["no event id", { ...aMessage(), eventId: "" }],
    ["an author without a key", { ...aMessage(), author: { name: "Ana", kind: "member" } }],
    ["a button that does not exist", { ...aMessage(), kind: "action", action: "run.explode", value: "1" }],
    ["a text that is too long", aMessage({ text: "x".repeat(longestText + 1) })],
  ])("I14: refuses %s with a sentence", (_what, event) => {
    const refusal = errorOf(() => cleanEvent(event));

    expect(refusal).toBeInstanceOf(ChatError);
    expect(refusal).toMatchObject({ code: "chat.bad_request", fate: "refused", retry: { kind: "never" } });
    expect(refusal?.message).toMatch(/^Refused /);
  });
});

function errorOf(act: () => unknown): Error | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : undefined;
  }
}
