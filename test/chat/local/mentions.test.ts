import { describe, expect, it } from "vitest";
import { parseMentions } from "../../../src/chat/local/mentions.ts";
import { bo } from "./local-chat-world.ts";

describe("chat/local/mentions", () => {
  it.each([
    ["@deputy summarise this", "summarise this"],
    ["@Deputy: stop", "stop"],
    ["  @deputy, stop", "stop"],
    ["hey @deputy, look", "hey, look"],
    ["hey @deputy look", "hey look"],
    ["thanks\n@deputy now this", "thanks\nnow this"],
    ["`x` @deputy look", "`x` look"],
    ["could you, @deputy?", "could you,?"],
    ["@deputy", ""],
  ])("takes the agent's mention out of %j", (text, rest) => {
    expect(parseMentions(text, "deputy")).toEqual({ text: rest, mentionsAgent: true, mentions: [] });
  });

  it.each([
    "write to ana@deputy.example",
    "see @deputy.example",
    "@deputies unite",
    "@deputy-two is another",
    "type `@deputy help`",
    "```\n@deputy\n```",
    "```\n@deputy",
    "deputy",
  ])("sees no mention in %j, and leaves it alone", (text) => {
    expect(parseMentions(text, "deputy")).toEqual({ text, mentionsAgent: false, mentions: [] });
  });

  it("names the people who are mentioned, and keeps them in the text", () => {
    const { text, mentions } = parseMentions("@Bo please look, @bot too", "deputy");

    expect(mentions).toEqual([bo]);
    expect(text).toBe("@Bo please look, @bot too");
  });

  it("takes a name with signs in it as it is", () => {
    expect(parseMentions("@a.b-c+ go", "a.b-c+")).toMatchObject({ text: "go", mentionsAgent: true });
    expect(parseMentions("@aXb-c+ go", "a.b-c+")).toMatchObject({ mentionsAgent: false });
  });
});
