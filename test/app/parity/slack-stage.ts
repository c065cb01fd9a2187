// Slack as a stage: the fake that checks what it is sent.

import { type AuthorizationServer, startAuthorizationServer } from "../../fakes/authorization-server.ts";
import { type FakeSlack, startFakeSlack } from "../../fakes/slack/fake-slack.ts";
import { ids } from "../../fakes/slack/ids.ts";
import type { FakeMessage } from "../../fakes/slack/types.ts";
import { kindOf, type SlackProduct, startSlackProduct, wordsOf } from "../slack-product.ts";
import { allowing, type PlatformUnderTest, signedIn, type Stage, type Talk, type Who } from "./stage.ts";

export const slackUnderTest: PlatformUnderTest = {
  name: "slack",
  frugalChannel: ids.data,
  bo: `slack:${ids.team}:${ids.bo}`,
  async open(base) {
    const slack = await startFakeSlack();
    const signIn = await startAuthorizationServer({
      redirectUris: [`${base}/connect/signed-in/slack`],
      clientId: "deputy-at-slack",
      claims: {
        "https://slack.com/team_id": () => ids.team,
        "https://slack.com/user_id": (account) => account,
      },
    });
    const identity = {
      DEPUTY_PUBLIC_URL: base,
      SLACK_TEAM_ID: ids.team,
      SLACK_CLIENT_ID: signIn.clientId,
      SLACK_CLIENT_SECRET: signIn.clientSecret,
      SLACK_OIDC_ISSUER: signIn.issuer,
    };
    return {
      async start(options) {
        const env = { ...allowing(options.env, signIn.port), ...identity };
        return stageOf({ slack, signIn }, await startSlackProduct({ ...options, slack, env }));
      },
      async close() {
        await signIn.close();
        await slack.close();
      },
    };
  },
};

const user = (who: Who): string => (who === "ana" ? ids.ana : ids.bo);

interface SlackSide {
  readonly slack: FakeSlack;
  readonly signIn: AuthorizationServer;
}

function stageOf({ slack, signIn }: SlackSide, product: SlackProduct): Stage {
  const talkIn = ({ channel, ts }: FakeMessage): Talk => talkAt(channel, ts);
  /** Without a thread: all of the channel. */
  const talkAt = (channel: string, ts = ""): Talk => {
    const messages = (): readonly FakeMessage[] =>
      ts === "" ? slack.messages(channel) : slack.thread(channel, ts);
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
    follows(who, link, browser) {
      browser.setCookie(signIn.issuer, "account", user(who));
      return signedIn(browser, link);
    },
    directMessages: (who) => talkAt(slack.person(user(who)).dm),
    shownBefore: () => [],
    limitsNextPost: () => slack.fault("chat.postMessage", { kind: "limited", seconds: 1 }),
    stop: () => product.stop(),
  };
}
