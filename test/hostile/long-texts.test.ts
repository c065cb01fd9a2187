// Texts that were made to be slow: whatever a stranger's page, message or file name holds, looking through it takes time that grows
// with its length, and holds up nobody else (DE3, VT3).

import { describe, expect, it } from "vitest";
import { visible } from "../../src/approvals/visible-text.ts";
import { givenAddresses } from "../../src/chat/given-addresses.ts";
import { splitAtAddresses, withoutLinks } from "../../src/chat/prose/addresses.ts";
import { safeText } from "../../src/chat/safe-text.ts";
import { mentionedIn, toMarkdown, withoutMention } from "../../src/chat/slack/inbound/message-text.ts";
import { readFiles } from "../../src/chat/teams/inbound/files.ts";
import { linksOf, richForm, wordsOf } from "../../src/chat/teams/inbound/rich-form.ts";
import { Activity } from "../../src/chat/teams/inbound/shapes.ts";
import { withoutSlash } from "../../src/chat/teams/inbound/token-claims.ts";
import { addressesIn, destinationsIn } from "../../src/domain/destinations.ts";
import { othersWords, ownWords } from "../../src/domain/passed-on.ts";
import { readShell } from "../../src/domain/shell-text.ts";
import { safeName } from "../../src/gateway/inbox-name.ts";
import { hostsOf } from "../../src/policy/host-names.ts";
import { hidePatterns } from "../../src/telemetry/secret-patterns.ts";
import { processorMs } from "../support/processor-time.ts";

const long = 60_000;
const much = (piece: string): string => piece.repeat(Math.ceil(long / piece.length));

/** A beginning, what is repeated, and an end that makes all of it be in vain. */
const texts: readonly (readonly [string, string])[] = [
  ["one word", `${much("a")}\u0000`],
  ["one word with an accent", `é${much("a")}\u0000`],
  ["one word of accents", `${much("é")}\u0000`],
  ["dots", `https://a.example/${much(".")}x`],
  ["dots after a name", `a${much(".")}x`],
  ["spaces", `a${much(" ")}x`],
  ["spaces and a mention", `${much(" ")}<@U1`],
  ["tabs", `${much("\t")}x`],
  ["labels", `${much("a.")}\u0000`],
  ["labels with an accent", `é.${much("a.")}\u0000`],
  ["slashes", `a${much("/")}x`],
  ["hyphens", `${much("a-")}\u0000`],
  ["signs of mail", `${much("a@")}\u0000`],
  ["almost mail", `a@${much("b.")}`],
  ["addresses", much("https://a.example/x ")],
  ["addresses that end in dots", much("https://a.example/.... ")],
  ["bare hosts", much("a.example ")],
  ["account numbers", much("AA00 BBBB CCCC DDDD ")],
  ["almost account numbers", `AA00${much("AAAA")}!`],
  ["capitals", `U${much("A")}!`],
  ["angle brackets", much("<a")],
  ["square brackets", much("[a](")],
  ["quotes", much("> a\n")],
  ["keys that begin", much("-----BEGIN PRIVATE KEY-----")],
  ["tokens that begin", much("eyJaaaaaaaaaa.")],
  ["brackets in brackets", much("(")],
  ["expansions in expansions", much('$("')],
  ["arrays in arrays", much("a=(")],
  ["backslashes", `${much("\\")}x`],
];

const unsealed = { open: () => undefined, close: (text: string) => text };

function attached(contentType: string, content: string): Activity {
  return Activity.parse({
    type: "message",
    channelId: "msteams",
    serviceUrl: "https://smba.trafficmanager.net/teams",
    from: { id: "29:ana" },
    conversation: { id: "c" },
    attachments: [{ contentType, content }],
  });
}

const looks: readonly (readonly [string, (text: string) => unknown])[] = [
  ["addresses", addressesIn],
  ["destinations", (text) => destinationsIn({ to: text, [text]: text })],
  ["visible", (text) => visible(text)],
  ["given addresses", (text) => givenAddresses([text])],
  ["inert links", (text) => [splitAtAddresses(text), withoutLinks(text, undefined)]],
  ["safe text", safeText],
  ["Slack's text", (text) => [mentionedIn(text), toMarkdown(withoutMention(text, "U1"), (id) => id)]],
  [
    "Teams' rich form",
    (text) => [linksOf, wordsOf].map((look) => look(richForm(attached("text/html", text)))),
  ],
  ["the slashes at an address's end", withoutSlash],
  ["Teams' kinds of attachments", (text) => readFiles(unsealed, attached(text, ""))],
  ["quotes", (text) => [ownWords(text), othersWords(text)]],
  ["shell", readShell],
  ["file name", safeName],
  ["hosts", hostsOf],
  ["secrets by their look", (text) => hidePatterns(text, "[redacted]")],
];

describe("hostile: texts made to be slow", () => {
  it.each(looks)("DE3: %s are found in time", (_, look) => {
    const slow = texts.flatMap(([what, text]) => {
      const before = processorMs();
      look(text);
      const ms = processorMs() - before;
      return ms > 1_000 ? [`${what}: ${Math.round(ms)} ms`] : [];
    });
    expect(slow).toEqual([]);
  });
});
