// How long an offer is good, and what is told to whoever takes it later.

import { expect, it } from "vitest";
import { silentLogger } from "../../../src/base/logger.ts";
import { Secret } from "../../../src/base/secret.ts";
import type { Connector, ConnectorCall } from "../../../src/chat/teams/outbound/connector.ts";
import { createFileOffers } from "../../../src/chat/teams/outbound/file-offers.ts";
import { createManualClock } from "../../fakes/manual-clock.ts";

const weekMs = 7 * 24 * 3_600_000;
const spot = {
  place: {
    conversation: "a:ana",
    kind: "dm",
    serviceUrl: "https://smba.example/emea/",
    bot: { id: "28:app" },
  },
  conversation: "a:ana",
} as const;

function contextIn({ body }: ConnectorCall): unknown {
  const text = JSON.stringify(body);
  const [, offer] = /"acceptContext":\{"offer":"([^"]+)"/.exec(text) ?? [];
  return { offer };
}

it.each([
  [weekMs - 1, /could not put table\.csv there/],
  [weekMs, /offered table\.csv too long ago\. Ask me for it again/],
])(
  "FO1, FO3: an offer is good for a week, and whoever takes it later is told so (%i ms)",
  async (ms, words) => {
    const clock = createManualClock();
    const calls: ConnectorCall[] = [];
    const connector: Connector = {
      call: async (call) => {
        calls.push(call);
        return {};
      },
      refused: () => false,
    };
    const offers = createFileOffers({
      settings: { appId: "app", tenantId: "t1", loginUrl: "", openIdMetadataUrl: "", serviceHosts: [] },
      sealKey: new Secret("a master key of a test, long enough"),
      fetch: () => Promise.reject(new Error("nothing is fetched here")),
      content: async () => Buffer.from("a,b\n"),
      log: silentLogger,
      isService: () => false,
      clock,
      connector,
    });
    await offers.offer(spot, { name: "table.csv", content: Buffer.from("a,b\n") });
    const [offered] = calls;
    clock.jump(ms);
    const uploadInfo = { uploadUrl: "https://x.sharepoint.com/a", contentUrl: "", name: "", uniqueId: "" };
    const context = offered && contextIn(offered);
    await offers.consented(spot, "17", { action: "accept", context, uploadInfo });

    expect(calls.slice(1)).toMatchObject([{ method: "POST", body: { text: expect.stringMatching(words) } }]);
  },
);
