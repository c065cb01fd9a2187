// The sales assistant as it stands in examples/, in the whole product, with Fernway beside it and people who click.

import { fileURLToPath } from "node:url";
import { createVisit, type Visit } from "../../examples/sales-assistant/demo/visit.ts";
import { type SalesWorld, startSalesWorld } from "../../examples/sales-assistant/world/world.ts";
import type { Attention } from "../../src/domain/outbox.ts";
import type { Post, Thread } from "../app/people.ts";
import { until } from "../app/people.ts";
import { type Product, startProduct } from "../app/product.ts";
import { type CookieBrowser, createCookieBrowser } from "../support/cookie-browser.ts";

export const config = fileURLToPath(
  new URL("../../examples/sales-assistant/deputy.config.yml", import.meta.url),
);

type Who = "ana" | "bo" | "ada";

export interface SalesStage {
  readonly world: SalesWorld;
  readonly product: Product;
  /** In their own direct messages. */
  asks(who: Who, text?: string): Promise<Thread>;
  /** The card that asks for an account of this service, as soon as it is there. */
  asked(thread: Thread, title: string): Promise<Post<"attention">>;
  /** That card is not what is asked next. */
  used(card: Post<"attention">): void;
  approval(thread: Thread, more?: (card: Attention) => boolean): Promise<Post<"attention">>;
  /** Opens the card's link as somebody, without a click on the page. */
  open(card: Post<"attention">, as: Who): Promise<Visit>;
  /** The whole way: our page, who they are there, and that they agree. */
  connect(thread: Thread, as: Who, title: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startSalesStage(): Promise<SalesStage> {
  const world = await startSalesWorld();
  // The scripted model: no key and no address of another.
  const env = { ...world.settings, DEPUTY_CONFIG: config, OPENAI_API_KEY: "", OPENAI_BASE_URL: "" };
  const product = await startProduct({ env });
  const browsers = new Map<Who, CookieBrowser>();
  /** A card is edited in the platform's own time. */
  const used = new Set<string>();
  let chat: readonly (readonly [string, string])[] | undefined;
  const browserOf = async (who: Who): Promise<CookieBrowser> => {
    const browser = browsers.get(who) ?? createCookieBrowser();
    browsers.set(who, browser);
    const { origin } = new URL(product.app.url);
    if (chat === undefined) {
      await browser.open(product.app.chatUrl ?? "");
      chat = [...browser.cookies(origin)];
    }
    for (const [name, value] of chat) browser.setCookie(origin, name, value);
    return browser;
  };
  const cardIn = (thread: Thread, is: (card: Attention) => boolean): Promise<Post<"attention">> =>
    until(
      product.room,
      "a card in the thread:\n",
      () => thread.toString(),
      () =>
        thread
          .posts("attention")
          .findLast(({ id, body }) => is(body) && body.decided === undefined && !used.has(id)),
    );
  const stage: SalesStage = {
    world,
    product,
    asks: (who, text = "Please prepare the renewal of Acme.") =>
      product.people[who].asks(text, { channel: `dm-${who}` }),
    asked: (thread, title) =>
      cardIn(
        thread,
        (card) => card.title.includes(title) && card.options.some(({ action }) => action === "connect.open"),
      ),
    used: ({ id }) => void used.add(id),
    approval: (thread, more = () => true) =>
      cardIn(thread, (card) => card.about === "approval" && more(card)),
    async open(card, as) {
      stage.used(card);
      const visit = createVisit({ browser: await browserOf(as) });
      const { url } = card.body.options.find(({ action }) => action === "connect.open") ?? {};
      await visit.open(`${url}?as=${as}`);
      return visit;
    },
    async connect(thread, as, title) {
      const visit = await stage.open(await stage.asked(thread, title), as);
      await visit.press("Go on to");
      const name = product.room.people().find(({ id }) => id === as)?.name ?? as;
      if (visit.offers(name)) await visit.press(name);
      await visit.press("Allow");
    },
    async stop() {
      await product.stop();
      await world.close();
    },
  };
  return stage;
}
