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

  it("takes time in proportion to what is said", async () => {
    const long = "<quoted ".repeat(10_000);
    const before = processorMs();
    await said(long);
    await said("", [], [{ contentType: "text/html", content: "<li ".repeat(50_000) }]);
    expect(processorMs() - before).toBeLessThan(1_000);
  });

  it("takes the agent's own mention out beside a quote", async () => {
    const at = { type: "mention", text: "<at>Deputy</at>", mentioned: { id: "28:app", name: "Deputy" } };
    expect(await said('<quoted messageId="1"/> <at>Deputy</at> status', [at])).toBe("status");
  });
});
