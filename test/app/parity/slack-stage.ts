// Slack as a stage: the fake that checks what it is sent.

import { type FakeSlack, startFakeSlack } from "../../fakes/slack/fake-slack.ts";
import { ids } from "../../fakes/slack/ids.ts";
import type { FakeMessage } from "../../fakes/slack/types.ts";
import { kindOf, type SlackProduct, startSlackProduct, wordsOf } from "../slack-product.ts";
import type { PlatformUnderTest, Stage, Talk, Who } from "./stage.ts";

export const slackUnderTest: PlatformUnderTest = {
  name: "slack",
  frugalChannel: ids.data,
  bo: `slack:${ids.team}:${ids.bo}`,
  async open() {
    const slack = await startFakeSlack();
    return {
      start: async (options) => stageOf(slack, await startSlackProduct({ ...options, slack })),
      close: () => slack.close(),
    };
  },
};

const user = (who: Who): string => (who === "ana" ? ids.ana : ids.bo);

function stageOf(slack: FakeSlack, product: SlackProduct): Stage {
  const talkIn = (asked: FakeMessage): Talk => {
    const { channel, ts } = asked;
    const messages = (): readonly FakeMessage[] => slack.thread(channel, ts);
    return {
      async says(who, text) {
        await slack.person(user(who)).says(channel, text, { thread: ts });
      },
      shown: (kind) =>
        messages()
          .filter((one) => kindOf(one) === kind)
          .map((one) => ({ id: one.ts, words: wordsOf(one) })),
      async clicks(who, { id }, label) {
        const message = slack.message(channel, id);
        if (message) await slack.person(user(who)).clicks(message, label);
      },
      async fills(who, { id }, label, text) {
        const message = slack.message(channel, id);
        if (message) await slack.person(user(who)).clicks(message, label);
        await slack.person(user(who)).submitsModal({ "Your answer": text });
      },
      whispered: (who) =>
        slack.ephemerals
          .filter((note) => note.user === user(who) && note.thread_ts === ts)
          .map(({ text }) => text),
      async redelivers() {
        for (const delivery of slack.deliveries.slice()) {
          if (JSON.stringify(delivery.payload).includes(ts)) await slack.redeliver(delivery);
        }
      },
      takesFile: (_who, name) =>
        Promise.resolve(
          [...slack.files.values()].find((one) => one.name === name && !one.pending)?.content.toString(),
        ),
    };
  };
  let asked = 0;
  // Slack takes one message a second in each channel: in two of them people wait for each other half as long.
  const usual = (): string => ((asked += 1) % 2 === 0 ? ids.general : ids.secret);
  return {
    product,
    asks: async (who, text, place = "usual") =>
      talkIn(await slack.person(user(who)).mentions(place === "frugal" ? ids.data : usual(), text)),
    asksPrivately: async (who, text, file) => {
      const person = slack.person(user(who));
      return talkIn(await person.says(person.dm, text, file ? { files: [file] } : {}));
    },
    limitsNextPost: () => slack.fault("chat.postMessage", { kind: "limited", seconds: 1 }),
    stop: () => product.stop(),
  };
}
