// One chat platform as the scenarios of parity.e2e.test.ts see it: people who say and click, and what they are shown.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { z } from "zod";
import type { Failpoints } from "../../../src/base/failpoints.ts";
import { defineTool, type Tool } from "../../../src/tools/contract.ts";
import { type AuthorizationServer, startAuthorizationServer } from "../../fakes/authorization-server.ts";
import { type CookieBrowser, createCookieBrowser, type Page } from "../../support/cookie-browser.ts";
import type { Product } from "../product.ts";

export type Who = "ana" | "bo";
const kinds = ["card", "attention", "result", "notice"] as const;
export type Kind = (typeof kinds)[number];

export interface Shown {
  readonly id: string;
  /** Everything that can be read of it. */
  readonly words: string;
}

export interface NewFile {
  readonly name: string;
  readonly content: string;
}

/** A place in which people talk with the agent: a thread, or a chat that has none. */
export interface Talk {
  /** To the agent, where people have spoken to it already. */
  says(who: Who, text: string): Promise<void>;
  shown(kind: Kind): readonly Shown[];
  /** Presses what is called so; what is chosen from a list is chosen so, too. */
  clicks(who: Who, shown: Shown, label: string): Promise<void>;
  /** Presses what takes words, writes `text` there and sends it. */
  fills(who: Who, shown: Shown, label: string, text: string): Promise<void>;
  /** Words that only they were shown. */
  whispered(who: Who): readonly string[];
  /** What the agent hears last from here is delivered once more. */
  redelivers(): Promise<void>;
  /** The file that the agent gave here, as whoever takes it finds it. */
  takesFile(who: Who, name: string): Promise<string | undefined>;
}

export interface Stage {
  readonly product: Product;
  /** In a channel, with a mention. */
  readonly asks: (who: Who, text: string, place?: "usual" | "frugal") => Promise<Talk>;
  /** Where nobody else reads. */
  readonly asksPrivately: (who: Who, text: string, file?: NewFile) => Promise<Talk>;
  /** What is between them and the agent alone, all of it. */
  readonly directMessages: (who: Who) => Talk;
  /** What they were shown there before it was said, in order. */
  readonly shownBefore: (who: Who) => readonly string[];
  /** Follows a link of ours in a browser of this person's, who signs in where the platform's people do; up to the page that says what it is for. */
  readonly follows: (who: Who, link: string, browser: CookieBrowser) => Promise<Page>;
  /** The platform takes no new message for a moment. */
  readonly limitsNextPost: () => void;
  stop(): Promise<void>;
}

export interface StageOptions {
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly tools?: readonly Tool[];
  readonly failpoint?: Failpoints;
}

export interface PlatformUnderTest {
  readonly name: string;
  /** The channel that `frugal` is. */
  readonly frugalChannel: string;
  /** A person has one conversation with the agent, whatever they write there about: one matter at a time. */
  readonly oneChat?: true;
  /** Who decides on letters. */
  readonly bo: string;
  /** What of it outlives a process of the product, which is reached at `base`. */
  open(base: string): Promise<{ start(options: StageOptions): Promise<Stage>; close(): Promise<void> }>;
}

/** A folder with the configuration of the scenarios: in one channel a run has three steps, and Bo decides on letters. */
export async function folderFor({ frugalChannel, bo }: PlatformUnderTest, mail?: AuthorizationServer) {
  const folder = await mkdtemp(path.join(tmpdir(), "deputy-parity-"));
  const config = `
agents: [{ name: deputy }]
channels: { ${JSON.stringify(frugalChannel)}: { budget: { steps: 3 } } }
groups: { desk: [${JSON.stringify(bo)}] }
policy:
  - { name: letters, layer: org, match: { tool: send_letter }, decision: ask, approvers: ["group:desk"] }
  - { name: mail, layer: org, match: { tool: "mail__*" }, decision: allow }
${mail === undefined ? "" : connectionTo(mail)}`;
  await writeFile(path.join(folder, "deputy.config.yml"), config);
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** What it does outside is that `sent` says so. */
export function letterTool(sent: string[]) {
  return defineTool({
    name: "send_letter",
    description: "Sends a letter",
    effect: "write-external",
    repeat: "once",
    origin: "own",
    input: z.object({ to: z.string().describe("To whom") }),
    run: ({ to }) => {
      sent.push(to);
      return Promise.resolve({ kind: "result", content: `Sent to ${to}.` });
    },
  });
}

function connectionTo({ issuer, clientId, clientSecret }: AuthorizationServer): string {
  return `connections:
  mail:
    issuer: ${issuer}
    client_id: ${clientId}
    client_secret: ${JSON.stringify(clientSecret)}
    scopes: { read: [mail.read] }
`;
}

/** Further ports of this machine that the product may ask. */
export function allowing(env: StageOptions["env"] = {}, ...more: readonly (string | number)[]) {
  const allowed = [env["DEPUTY_EGRESS_ALLOW"] ?? "", ...more.map((port) => `127.0.0.1:${port}`)];
  return { ...env, DEPUTY_EGRESS_ALLOW: allowed.filter((one) => one !== "").join(",") };
}

/** A service where people have mail, and that gives its accounts to the product at `base`. */
export function startMail(base: string): Promise<AuthorizationServer> {
  return startAuthorizationServer({ redirectUris: [`${base}/oauth/callback/mail`], scopes: ["mail.read"] });
}

/** Reads as whom the run may read for, and tells whose mail that is. */
export function mailTool(product: () => Product, server: () => AuthorizationServer): Tool {
  return {
    ...defineTool({
      name: "mail__read",
      description: "Reads the newest mail",
      effect: "read",
      repeat: "read",
      input: z.object({ box: z.string().describe("Which folder") }),
      async run(_input, { key }) {
        const { grants } = product().app.gateway.grants;
        const runs = await product().app.edges.store.read((tx) => tx.runs.list({ limit: 100 }));
        const own = runs.find(({ id }) => key.startsWith(id));
        if (!own) throw new Error("There is no run");
        const need = {
          tenant: own.tenant,
          owner: grants.ownerFor("mail", own) ?? own.subject,
          connection: "mail",
          capability: "read",
          run: own.id,
          mode: own.mode,
        };
        const found = await product().app.edges.store.read((tx) => grants.find(tx, need));
        if (found.kind !== "ready") throw new Error("There is no grant");
        const { secret } = await grants.token(found.grant);
        return { kind: "result", content: `Mail of ${await server().accountOf(secret.reveal())}: hello.` };
      },
    }),
    needs: { connection: "mail", capability: "read" },
  };
}

/** Through the page that asks who somebody is, to wherever the platform's people sign in, and back. */
export async function signedIn(browser: CookieBrowser, link: string): Promise<Page> {
  const page = await browser.open(link);
  return browser.open(`${page.url.href}/sign-in`, { form: { form: formIn(page) } });
}

export function formIn({ text }: Page): string {
  return /name="form" value="([^"]+)"/.exec(text)?.[1] ?? "";
}

/** With an account of their own at the service. */
export function browserOf(who: Who, { issuer }: AuthorizationServer): CookieBrowser {
  const browser = createCookieBrowser();
  browser.setCookie(issuer, "account", who);
  return browser;
}

/** Only ends a hang. */
const patienceMs = 90_000;

/** As soon as it is there and `is` so. */
export async function when<T>(look: () => T | undefined | Promise<T | undefined>, what: string): Promise<T> {
  const until = Date.now() + patienceMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > until) throw new Error(`Waited in vain for ${what}`);
    await after(40);
  }
}

export function waitFor(talk: Talk, kind: Kind, pattern: RegExp): Promise<Shown> {
  return when(
    () => talk.shown(kind).find(({ words }) => pattern.test(words)),
    `${kind} like ${pattern}; there are ${JSON.stringify(kinds.map((one) => [one, talk.shown(one)])).slice(0, 3_000)}`,
  );
}
