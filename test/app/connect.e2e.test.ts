// The whole product and an authorization server: work that needs somebody's account asks them in private, in the local chat, and
// goes on by itself.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { LocalMessage } from "../../src/chat/local/room.ts";
import { asRunId, asTenantId } from "../../src/domain/ids.ts";
import type { Attention } from "../../src/domain/outbox.ts";
import { defineTool, type Tool } from "../../src/tools/contract.ts";
import { type AuthorizationServer, startAuthorizationServer } from "../fakes/authorization-server.ts";
import { type CookieBrowser, createCookieBrowser } from "../support/cookie-browser.ts";
import { freePort } from "../support/free-port.ts";
import { until } from "./people.ts";
import { type Product, says, startProduct, uses } from "./product.ts";

let server: AuthorizationServer;
let product: Product;
let folder: string;
let base: string;
const read: string[] = [];
/** Every token that a tool had in its hands. */
const tokens = new Set<string>();

/** What an MCP tool does: reads as whom the run may read for. */
const readMail: Tool = {
  ...defineTool({
    name: "mail__read",
    description: "Reads the newest mail",
    effect: "read",
    repeat: "read",
    input: z.object({ box: z.string().describe("Which folder") }),
    run: async ({ box }, { key }) => {
      const { grants } = product.app.gateway.grants;
      const run = await product.app.edges.store.read((tx) => tx.runs.list({ limit: 50 }));
      const own = run.find(({ id }) => key.startsWith(id));
      if (!own) throw new Error("No run");
      const owner = grants.ownerFor("mail", own) ?? own.subject;
      const need = {
        tenant: own.tenant,
        owner,
        connection: "mail",
        capability: "read",
        run: own.id,
        mode: own.mode,
      };
      const answer = await product.app.edges.store.read((tx) => grants.find(tx, need));
      if (answer.kind !== "ready") throw new Error("Not ready");
      const { secret } = await grants.token(answer.grant);
      tokens.add(secret.reveal());
      const account = (await server.accountOf(secret.reveal())) ?? "nobody";
      read.push(`${own.subject} ${account} ${box}`);
      return { kind: "result", content: `Mail of ${account}: hello.` };
    },
  }),
  needs: { connection: "mail", capability: "read" },
};

beforeAll(async () => {
  const port = await freePort();
  base = `http://127.0.0.1:${port}`;
  server = await startAuthorizationServer({ redirectUris: [`${base}/oauth/callback/mail`] });
  folder = await mkdtemp(path.join(tmpdir(), "deputy-connect-"));
  await writeFile(
    path.join(folder, "deputy.config.yml"),
    `connections:
  mail:
    issuer: ${server.issuer}
    client_id: ${server.clientId}
    client_secret: \${MAIL_SECRET}
    scopes: { read: [mail.read], send: [mail.send] }
policy:
  - name: mail
    layer: org
    match: { tool: "mail__*" }
    decision: allow
`,
  );
  product = await startProduct({
    folder,
    tools: [readMail],
    env: {
      PORT: String(port),
      MAIL_SECRET: server.clientSecret,
      DEPUTY_EGRESS_ALLOW: `127.0.0.1:${server.port}`,
    },
  });
});
afterAll(async () => {
  await product.stop();
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

/** The private card, as it stands in the person's direct messages. */
function cardOf(
  person: string,
  is: (card: Attention) => boolean,
): Promise<LocalMessage & { readonly card: Attention }> {
  return until(
    product.room,
    "a card\n",
    () => `dm-${person}`,
    () => {
      for (const message of product.room.history(`dm-${person}`).toReversed()) {
        if (message.channel !== `dm-${person}` || message.content.kind !== "deputy") continue;
        const { body } = message.content;
        if (body.kind === "attention" && body.about === "grant" && is(body))
          return { ...message, card: body };
      }
      return undefined;
    },
  );
}

let chatSession: [string, string] | undefined;

/** A browser in which the chat page is open: its session plays everybody. */
async function chatBrowser(account: string): Promise<CookieBrowser> {
  const browser = createCookieBrowser();
  if (chatSession === undefined) {
    await browser.open(product.app.chatUrl ?? "");
    chatSession = [...browser.cookies(base)].find(([name]) => name.startsWith("deputy_chat"));
  }
  const [name, value] = chatSession ?? ["", ""];
  browser.setCookie(base, name, value);
  browser.setCookie(server.issuer, "account", account);
  return browser;
}

describe("app: connecting an account", () => {
  it("CON-1, CON-2, CON-11 to CON-13, VLT-10: parks, asks in private, goes on by itself, and gives the access back when the run ends", async () => {
    const { ana } = product.people;
    product.model.replyTo(
      "quarterly-mail",
      uses(["mail__read", { box: "inbox" }]),
      says("You have one mail."),
    );
    const thread = await ana.asks("@deputy read my quarterly-mail");
    const line = await thread.post("attention");
    expect(line.body.text).toContain("private request");
    expect(line.body.options).toEqual([]);
    expect(JSON.stringify(line)).not.toContain("http");

    const { card } = await cardOf("ana", ({ options }) =>
      options.some(({ action }) => action === "connect.open"),
    );
    const link = card.options.find(({ action }) => action === "connect.open")?.url ?? "";
    expect(link).toMatch(new RegExp(`^${base}/chat/connect/[\\w-]{43}$`));
    // Bo has the link and the chat page, and is not Ana; a stranger has the link alone.
    expect((await createCookieBrowser().open(`${link}?as=ana`)).response?.status).toBe(401);
    expect((await createCookieBrowser().open(link.replace("/chat", ""))).response?.status).toBe(401);
    expect((await (await chatBrowser("ana")).open(`${link}?as=nobody`)).response?.status).toBe(404);

    const browser = await chatBrowser("ana");
    const page = await browser.open(`${link}?as=ana`);
    expect(page.text).toContain("mail.read");
    const form = /name="form" value="([^"]+)"/.exec(page.text)?.[1] ?? "";
    const done = await browser.open(page.url.href, { form: { form, answer: "yes" } });
    expect(done.text).toContain("ana@corp.example");

    // Others read the thread, and the mail is Ana's: it is there when she posts it (OUT-4).
    const kept = await thread.post("result");
    expect(kept.body.text).not.toContain("You have one mail.");
    await ana.clicks(kept, "Post here");
    const result = await thread.post("result", 2);
    expect(result.body.text).toContain("You have one mail.");
    expect(read).toEqual([`${ana.key} ana inbox`]);
    await cardOf("ana", ({ text }) => text.includes("Connected as ana@corp.example"));
    // For this run only: given back when it has ended (CN3).
    await expect.poll(() => server.revoked.length).toBeGreaterThan(0);

    const seen = JSON.stringify(product.model.requests.map(({ body }) => body));
    expect(seen).not.toContain("/connect/");
    expect(seen).not.toContain("oauth");
    expect(tokens.size).toBe(1);
    const told = [...product.room.history("dm-ana"), ...product.room.history(line.channel)];
    for (const token of tokens) {
      const places = { model: seen, chat: JSON.stringify(told), log: JSON.stringify(product.log) };
      expect(Object.entries(places).filter(([, text]) => text.includes(token))).toEqual([]);
    }
    const { store } = product.app.edges;
    const runs = await store.read((tx) => tx.runs.list({ limit: 10 }));
    const journal = await store.read((tx) => tx.steps.list(runs[0]?.id ?? asRunId("none"), 0));
    expect(JSON.stringify(journal)).not.toContain("/connect/");
    for (const token of tokens) expect(JSON.stringify(journal)).not.toContain(token);
    const events = await store.read((tx) => tx.audit.list(asTenantId("local"), 0, 1_000));
    for (const type of ["consent.opened", "consent.connected", "token.revoked"])
      expect(JSON.stringify(events)).toContain(type);
  });

  it("A1, CON-5: Bo, who opens Ana's link as himself, ends it; the run is told that it does not get the account", async () => {
    const { ana } = product.people;
    product.model.replyTo(
      "forwarded-mail",
      uses(["mail__read", { box: "inbox" }]),
      says("I could not read it."),
    );
    const thread = await ana.asks("@deputy read my forwarded-mail");
    await thread.post("attention");
    const { card } = await cardOf(
      "ana",
      ({ options, text }) => text.includes("forwarded-mail") && options.length === 2,
    );
    const link = card.options[0]?.url ?? "";
    const asked = server.asked.get("authorization_code");
    const page = await (await chatBrowser("bo")).open(`${link}?as=bo`);
    expect(page.response?.status).toBe(403);
    expect(server.asked.get("authorization_code")).toBe(asked);
    expect((await thread.post("result")).body.text).toContain("could not read");
    await cardOf("ana", ({ text }) => text.includes("Somebody else opened your link"));
  });

  it("CON-13, VLT-9: a no is taken at its word, and the wish is not asked again that day", async () => {
    const { bo } = product.people;
    product.model.replyTo("unwanted-mail", uses(["mail__read", { box: "inbox" }]), says("Done without."));
    const thread = await bo.asks("@deputy read my unwanted-mail");
    await thread.post("attention");
    const card = await cardOf("bo", ({ options }) => options.length === 2);
    await bo.clicks(card, "Not now");
    await thread.post("result");
    product.model.replyTo("second-mail", uses(["mail__read", { box: "inbox" }]), says("Done without again."));
    const again = await bo.asks("@deputy read my second-mail");
    expect((await again.post("result")).body.text).toContain("Done without again.");
    expect(again.posts("attention")).toEqual([]);

    // Until they want it after all.
    await (await bo.asks("@deputy connect mail")).whisper(bo, /one piece of work/);
    product.model.replyTo(
      "third-mail",
      uses(["mail__read", { box: "inbox" }]),
      says("Done without at last."),
    );
    const wanted = await bo.asks("@deputy read my third-mail");
    await wanted.post("attention");
    await bo.clicks(
      await cardOf("bo", ({ options, text }) => options.length === 2 && text.includes("third-mail")),
      "Not now",
    );
    await wanted.post("result");
  });

  it("says what `connect` and `disconnect` can do", async () => {
    const { ana } = product.people;
    const thread = await ana.asks("@deputy connect mail");
    expect(await thread.whisper(ana, /one piece of work/)).toContain("mail");
    const other = await ana.asks("@deputy disconnect mail");
    expect(await other.whisper(ana, /no mail connection|Disconnected/)).toContain("mail");
  });
});
