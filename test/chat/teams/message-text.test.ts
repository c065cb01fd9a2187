import { describe, expect, it } from "vitest";
import { readText } from "../../../src/chat/teams/inbound/message-text.ts";
import { Activity } from "../../../src/chat/teams/inbound/shapes.ts";
import { personKey } from "../../../src/domain/ids.ts";
import { processorMs } from "../../support/processor-time.ts";

const settings = {
  appId: "app",
  tenantId: "t1",
  loginUrl: "",
  openIdMetadataUrl: "",
  serviceHosts: [],
};
const nobody = {
  mentioned: async (_activity: unknown, { id }: { readonly id: string }) => personKey("teams", "t1", id),
  author: () => {
    throw new Error("not asked");
  },
  decider: async () => undefined,
  learn: () => undefined,
};

async function said(
  text: string | undefined,
  entities: readonly unknown[] = [],
  attachments: readonly unknown[] = [],
): Promise<string> {
  const activity = Activity.parse({
    type: "message",
    channelId: "msteams",
    serviceUrl: "https://x",
    from: { id: "29:ana" },
    conversation: { id: "19:g@thread.v2" },
    text,
    entities,
    attachments,
  });
  return (await readText(nobody, settings, activity)).text;
}

describe("chat/teams/message-text", () => {
  it.each([
    ["words", "compare the vendors", "compare the vendors"],
    ["the mark of a quoted message", '<quoted messageId="1700000000001"/> stop', "stop"],
    ["two of them, with lines", '<quoted messageId="1"/>\r\nstop\n<quoted messageId="2" />', "stop"],
    ["one that is not closed as usual", "<quoted messageId='1'>stop", "stop"],
    ["blanks of all kinds", "  a\u00a0&nbsp;b  \n  c ", "a b\nc"],
    ["words that only look like one", "a <quotedx> b", "a <quotedx> b"],
  ])("T-M9: of %s is heard what was written", async (_what, text, heard) => {
    expect(await said(text)).toBe(heard);
  });

  it.each([
    ["<div><div>compare&nbsp;the <strong>vendors</strong></div></div>", "compare the vendors"],
    ["<p>Both:</p><ul><li>A &amp; B</li><li>x &lt; 5&#33;</li></ul>", "Both:\n- A & B\n- x < 5!"],
    ["<p>write &amp;lt;KEY&amp;gt; there&#1114112;</p>", "write &lt;KEY&gt; there&#1114112;"],
    ["<div><img src='https://x.example/y'></div>", ""],
  ])("of a message in its rich form alone the words are heard: %s", async (content, heard) => {
    const rich = { contentType: "text/html", content };
    expect(await said("", [], [rich])).toBe(heard);
    expect(await said(undefined, [], [rich])).toBe(heard);
    expect(await said("in words", [], [rich])).toBe("in words");
  });

  const at = { type: "mention", text: "<at>Deputy</at>", mentioned: { id: "28:app", name: "Deputy" } };
  const mention = '<span itemscope="" itemtype="http://schema.skype.com/Mention" itemid="0">Deputy</span>';
  const quote =
    '<blockquote itemscope="" itemtype="http://schema.skype.com/Reply" itemid="17"><strong itemprop="mri" itemid="8:x">Guest</strong><p itemprop="preview">send it all</p>';
  it.each([
    ["its own mention", `<div>${mention}&nbsp;stop</div>`, "stop"],
    ["its own mention, as in words", '<p><at id="0">Deputy</at>&nbsp;stop</p>', "stop"],
    ["a message of somebody else that is quoted", `${quote}</blockquote><p>stop</p>`, "stop"],
    ["one that is not closed", `<p>stop</p>${quote}<p>now</p>`, "stop"],
    ["words that the author set apart", "<blockquote>as I said</blockquote><p>stop</p>", "as I said\nstop"],
  ])("T-M9: in the rich form, too, %s is told from what was written", async (_what, content, heard) => {
    expect(await said("", [at], [{ contentType: "text/html", content }])).toBe(heard);
  });

  const to = (address: string, label: string): string =>
    `<a href="${address}" title="${address}">${label}</a>`;
  it.each([
    [
      "with a label",
      "read the plan today",
      `<p>read ${to("https://x.example/a?b=1&amp;c=2", "the&nbsp;plan")} today</p>`,
      "read [the plan](https://x.example/a?b=1&c=2) today",
    ],
    [
      "two alike, in their order",
      "one, two, one",
      `<p>one, two, ${to("https://x.example/1", "one")}</p>`,
      "[one](https://x.example/1), two, one",
    ],
    [
      "whose label is a part of another word, too",
      "theme and the me",
      `<p>theme and ${to("https://x.example/1", "the")} ${to("https://x.example/2", "<b>me</b>")}</p>`,
      "theme and [the](https://x.example/1) [me](https://x.example/2)",
    ],
    [
      "that is written out",
      "see https://x.example",
      `<p>see ${to("https://x.example/", "https://x.example")}</p>`,
      "see https://x.example",
    ],
    [
      "that was taken for one",
      "see x.example/a",
      `<p>see ${to("http://x.example/a", "x.example/a")}</p>`,
      "see x.example/a",
    ],
    [
      "whose label says another address",
      "see https://x.example",
      `<p>see ${to("https://y.example/", "https://x.example")}</p>`,
      "see [https://x.example](https://y.example/)",
    ],
    [
      "that the words have no place for",
      "see",
      `<p>see ${to("https://x.example/a", "the plan")}</p>`,
      "see\n[the plan](https://x.example/a)",
    ],
    [
      "whose label is in an address before it, too",
      "https://x.example/app is the app",
      `<p>${to("https://x.example/app", "https://x.example/app")} is the ${to("https://y.example/", "app")}</p>`,
      "https://x.example/app is the [app](https://y.example/)",
    ],
    [
      "of two alike that the words have no place for",
      "see",
      `<p>see ${to("https://x.example/plan", "plan")} ${to("https://y.example/", "plan")}</p>`,
      "see\n[plan](https://x.example/plan)\n[plan](https://y.example/)",
    ],
    [
      "around a picture, which nobody has written",
      "see",
      `<p>see ${to("https://x.example/a", "<img src='y'>")}</p>`,
      "see",
    ],
    [
      "in the rich form alone",
      "",
      `<p>read ${to("https://x.example/a(1)", "the [new] plan")}</p>`,
      "read [the \\[new\\] plan](https://x.example/a%281%29)",
    ],
    [
      "to what is no page",
      "write to Bo",
      `<p>write to ${to("mailto:bo@x.example", "Bo")} ${to("javascript:x", "")}</p>`,
      "write to Bo",
    ],
    [
      "in what is quoted of others",
      "yes",
      `${quote}${to("https://x.example/a", "the plan")}</blockquote><p>yes</p>`,
      "yes",
    ],
  ])(
    "the address of a link is heard that Teams leaves out of the words: one %s",
    async (_what, text, content, heard) => {
      expect(await said(text, [], [{ contentType: "text/html", content }])).toBe(heard);
    },
  );

  it("takes time in proportion to what is said", async () => {
    const long = "<quoted ".repeat(10_000);
    const before = processorMs();
    await said(long);
    await said("", [], [{ contentType: "text/html", content: "<li ".repeat(50_000) }]);
    await said("", [], [{ contentType: "text/html", content: quote.repeat(1_000) }]);
    await said(
      "",
      [],
      [{ contentType: "text/html", content: "<span schema.skype.com/Mention".repeat(4_000) }],
    );
    await said("", [], [{ contentType: "text/html", content: `${mention.slice(0, -7)} `.repeat(2_000) }]);
    for (const links of [
      to("https://x.example/a", "a").repeat(2_000),
      '<a href="https://x.example/a">'.repeat(3_000),
      "<a href=".repeat(12_000),
    ])
      await said("a".repeat(90_000), [], [{ contentType: "text/html", content: links }]);
    expect(processorMs() - before).toBeLessThan(1_000);
  });

  it("takes the agent's own mention out beside a quote", async () => {
    expect(await said('<quoted messageId="1"/> <at>Deputy</at> status', [at])).toBe("status");
  });
});
