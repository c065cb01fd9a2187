// Teams as a stage: the fake Bot Connector.

import { type FakeTeams, type SaidMessage, startFakeTeams, teamsIds } from "../../fakes/teams/fake-teams.ts";
import type { Json } from "../../fakes/teams/state.ts";
import type { SaidByPerson } from "../../fakes/teams/people.ts";
import { startTeamsProduct, type TeamsProduct, wordsOf } from "../teams-product.ts";
import {
  allowing,
  type Kind,
  type PlatformUnderTest,
  signedIn,
  type Stage,
  type Talk,
  type Who,
} from "./stage.ts";

export const teamsUnderTest: PlatformUnderTest = {
  name: "teams",
  oneChat: true,
  frugalChannel: teamsIds.data,
  bo: `teams:${teamsIds.tenant}:${teamsIds.bo}`,
  async open(base) {
    const teams = await startFakeTeams();
    teams.entra.redirectUris.add(`${base}/connect/signed-in/teams`);
    return {
      async start(options) {
        const env = allowing(options.env, new URL(teams.url).port);
        return stageOf(teams, await startTeamsProduct({ ...options, teams, env }));
      },
      close: () => teams.close(),
    };
  },
};

const user = (who: Who): string => (who === "ana" ? teamsIds.ana : teamsIds.bo);
const teamsUser = (who: Who): string => `29:${who}`;

function stageOf(teams: FakeTeams, product: TeamsProduct): Stage {
  const talkIn = ({ conversation, activity }: SaidByPerson): Talk => talkAt(conversation, activity);
  const talkAt = (conversation: string, first: Json = {}): Talk => {
    const posts = (kind: Kind): SaidMessage[] =>
      teams.said(conversation).filter((one) => one.to === undefined && kindOf(one) === kind);
    return {
      async says(who, text) {
        await teams.person(user(who)).mentions(conversation, text, { in: conversation });
      },
      shown: (kind) => posts(kind).map((one) => ({ id: one.id, words: wordsOf(one) })),
      async clicks(who, { id }, label) {
        const message = teams.said(conversation).find((one) => one.id === id);
        if (message) await teams.person(user(who)).clicks(conversation, message, label);
      },
      async fills(who, { id }, label, text) {
        const message = teams.said(conversation).find((one) => one.id === id);
        if (message) await teams.person(user(who)).clicks(conversation, message, label, { text });
      },
      whispered: (who) => {
        const targeted = teams.said(conversation, teamsUser(who)).filter((one) => one.to !== undefined);
        return [...targeted, ...teams.said(teams.person(user(who)).chat)].map(wordsOf);
      },
      async redelivers() {
        await teams.deliver(first);
      },
      takesFile: (who, name) => takeFile(teams, { who, conversation, url: product.app.url }, name),
    };
  };
  return {
    product,
    asks: async (who, text, place = "usual") =>
      talkIn(
        await teams.person(user(who)).mentions(place === "frugal" ? teamsIds.data : teamsIds.general, text),
      ),
    asksPrivately: async (who, text, file) => {
      const person = teams.person(user(who));
      return talkIn(await person.says(person.chat, text, file ? { file } : {}));
    },
    follows(who, link, browser) {
      browser.setCookie(teams.url, "account", user(who));
      return signedIn(browser, link);
    },
    directMessages: (who) => talkAt(teams.person(user(who)).chat),
    shownBefore: (who) =>
      teams.streams
        .filter((stream) => stream.conversation === teams.person(user(who)).chat)
        .flatMap((stream) => stream.shown.map(({ text }) => text)),
    limitsNextPost: () => teams.fault("post", { kind: "status", status: 429, retryAfter: "1" }),
    stop: () => product.stop(),
  };
}

/** In a personal chat the offer is taken, elsewhere the link is followed. */
async function takeFile(
  teams: FakeTeams,
  { who, conversation, url }: { readonly who: Who; readonly conversation: string; readonly url: string },
  name: string,
): Promise<string | undefined> {
  const texts = teams.said(conversation).map(({ activity }) => JSON.stringify(activity));
  const link = texts.map((text) => /\(https?:[^)]+(\/teams\/files\/[\w-]+)\)/.exec(text)?.[1]).find(Boolean);
  if (link !== undefined) return (await fetch(`${url}${link}`)).text();
  const offer = teams
    .said(conversation)
    .find(({ activity }) => JSON.stringify(activity).includes("file.consent"));
  if (!offer) return undefined;
  const [consent] = list(offer.activity["attachments"]);
  const content = json(json(consent)["content"]);
  const uploadInfo = {
    uploadUrl: `${teams.url}/files/${name}`,
    contentUrl: `${teams.url}/files/${name}`,
    name,
    uniqueId: "u1",
    fileType: "md",
  };
  const value = { type: "fileUpload", action: "accept", context: content["acceptContext"], uploadInfo };
  await teams.person(user(who)).invokes(conversation, "fileConsent/invoke", value, offer.id);
  return teams.until(() => teams.files.get(name)?.toString());
}

function kindOf({ activity }: SaidMessage): Kind {
  const text = JSON.stringify(activity["attachments"] ?? activity["text"]);
  if (activity["attachments"] !== undefined && /asked by .*acting (?:as|for)/.test(text)) return "card";
  if (
    /(?:Question|Budget reached|Outcome unknown|Approval|Account|Schedule)[^"]{0,30} (?:for|to|from|of|asked)/.test(
      text,
    )
  )
    return "attention";
  return /(?:Done|Failed|Stopped|Expired)(?:\*\*)? - /.test(text) ? "result" : "notice";
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function json(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
