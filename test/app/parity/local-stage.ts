// The local chat as a stage.

import type { LocalMessage } from "../../../src/chat/local/room.ts";
import { createCookieBrowser } from "../../support/cookie-browser.ts";
import { type Product, startProduct } from "../product.ts";
import type { Kind, PlatformUnderTest, Stage, Talk, Who } from "./stage.ts";

export const localUnderTest: PlatformUnderTest = {
  name: "local",
  frugalChannel: "general",
  bo: "local:local:bo",
  open: () =>
    Promise.resolve({
      start: async (options) => stageOf(await startProduct(options)),
      close: () => Promise.resolve(),
    }),
};

function stageOf(product: Product): Stage {
  const { room, people } = product;
  const talkIn = (first: LocalMessage): Talk => talkAt(first.channel, first.thread, first.id);
  const talkAt = (channel: string, thread?: string, firstId = ""): Talk => {
    const posts = (kind: Kind): LocalMessage[] =>
      room
        .history(channel, thread)
        .filter(
          ({ content, to }) => to === undefined && content.kind === "deputy" && content.body.kind === kind,
        );
    return {
      async says(who, text) {
        await room.say({ as: people[who].key, channel, text, ...(thread === undefined ? {} : { thread }) });
      },
      shown: (kind) => posts(kind).map(({ id, content }) => ({ id, words: JSON.stringify(content) })),
      async clicks(who, { id }, label) {
        const message = room.history(channel, thread).find((one) => one.id === id);
        if (message) await people[who].clicks(message, label);
      },
      async fills(who, { id }, label, text) {
        const message = room.history(channel, thread).find((one) => one.id === id);
        if (message) await people[who].clicks(message, label, text);
      },
      whispered: (who) =>
        room
          .history(channel, thread)
          .filter(({ to }) => to === people[who].key)
          .map(({ content }) => JSON.stringify(content)),
      async redelivers() {
        await room.retry({ as: people.ana.key, messageId: firstId });
      },
      async takesFile(_who, name) {
        const file = posts("result")
          .flatMap(({ files }) => files)
          .find((one) => one.name === name);
        return file && (await room.fileContent(file.id)).content.toString();
      },
    };
  };
  const say = (who: Who, channel: string, text: string, files: { name: string; content: Buffer }[] = []) =>
    room.say({ as: people[who].key, channel, text, files });
  let chatCookie: Promise<readonly [name: string, value: string]> | undefined;
  const shown = new Map<string, string[]>();
  room.subscribe(() => undefined, {
    live: ({ channel, live }) =>
      void (live && shown.set(channel, [...(shown.get(channel) ?? []), live.text])),
  });
  return {
    product,
    asks: async (who, text, place = "usual") =>
      talkIn(await say(who, place === "frugal" ? "general" : "sales", `@deputy ${text}`)),
    asksPrivately: async (who, text, file) =>
      talkIn(
        await say(who, `dm-${who}`, text, file ? [{ ...file, content: Buffer.from(file.content) }] : []),
      ),
    async follows(who, link, browser) {
      chatCookie ??= sessionOf(product);
      browser.setCookie(product.app.url, ...(await chatCookie));
      return browser.open(`${link}?as=${who}`);
    },
    directMessages: (who) => talkAt(`dm-${who}`),
    shownBefore: (who) => shown.get(`dm-${who}`) ?? [],
    limitsNextPost: () => undefined, // it has no limits
    stop: () => product.stop(),
  };
}

/** The chat page plays everybody, so it vouches for everybody. */
async function sessionOf({ app }: Product): Promise<readonly [name: string, value: string]> {
  const browser = createCookieBrowser();
  await browser.open(app.chatUrl ?? "");
  return [...browser.cookies(app.url)].find(([name]) => name.startsWith("deputy_chat")) ?? ["", ""];
}
