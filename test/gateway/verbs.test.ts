import { describe, expect, it } from "vitest";
import { parseVerb } from "../../src/gateway/verbs.ts";

describe("gateway/verbs", () => {
  it.each([
    ["stop", "stop"],
    ["Stop!", "stop"],
    ["  CANCEL. ", "stop"],
    ["status", "status"],
    ["status?", "status"],
    ["Why?", "why"],
    ["help", "help"],
    ["!mute", "mute"],
    ["!unmute", "unmute"],
  ])("reads %j as %s", (text, verb) => {
    expect(parseVerb(text)).toEqual({ verb });
  });

  it.each([
    "stop the newsletter",
    "please stop",
    "why is the figure red?",
    "status report for March",
    "mute",
    "",
    "!",
    "constructor",
    "__proto__",
    `stop${" ".repeat(1_000_000)}`,
  ])("leaves %.40j to the model", (text) => {
    expect(parseVerb(text)).toBeUndefined();
  });

  it("reads connect with the name of one connection", () => {
    expect(parseVerb("Connect crm-person")).toEqual({ verb: "connect", connection: "crm-person" });
    expect(parseVerb("disconnect mail")).toEqual({ verb: "disconnect", connection: "mail" });
    expect(parseVerb("connect the dots")).toBeUndefined();
    expect(parseVerb("connect")).toBeUndefined();
  });
});
