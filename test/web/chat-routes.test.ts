import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import type { LogFields, Logger } from "../../src/base/logger.ts";
import { toAddress } from "../../src/chat/local/to-inbound.ts";
import { asPersonKey } from "../../src/domain/ids.ts";
import type { InboundEvent } from "../../src/domain/inbound.ts";
import { aCard, anAttention, aResult } from "../chat/outgoing.ts";
import { type ChatServer, type ChatServerOptions, startChatServer } from "./chat-server.ts";
import { rawRequest } from "./raw-request.ts";

const Failure = z.object({ error: z.string() });
const Said = z.object({
  message: z.object({
    id: z.string(),
    thread: z.string(),
    delivery: z.string(),
    files: z.array(z.object({ id: z.string(), name: z.string(), size: z.string() })),
  }),
});

describe("web/chat-routes", () => {
  const servers: ChatServer[] = [];
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });
  const open = async (options: ChatServerOptions = {}): Promise<ChatServer> => {
    const server = await startChatServer(options);
    servers.push(server);
    return server;
  };
  const said = async (response: Response) => Said.parse(await response.json()).message;
  const sentence = async (response: Response): Promise<string> => Failure.parse(await response.json()).error;
  const ana = asPersonKey("local:local:ana");

  describe("access", () => {
    it("AC1: gives a cookie that scripts and other sites cannot use, and moves on without the token", async () => {
      const { web } = await open();

      const response = await fetch(web.chatLink(), { redirect: "manual" });

      const cookie = response.headers.get("set-cookie") ?? "";
      expect(response.status).toBe(200);
      expect(cookie).toMatch(/^deputy_chat_\d+=[\w-]{43}; Path=\/chat; HttpOnly; SameSite=Strict$/);
      const page = await response.text();
      expect(page).toContain('<meta http-equiv="refresh" content="0; url=/chat" />');
      expect(page).not.toContain("token");
    });

    it("AC1: opens with a link once, and stays open for the cookie", async () => {
      const { web, url } = await open();
      const link = web.chatLink();
      const first = await fetch(link, { redirect: "manual" });
      const cookie = first.headers.get("set-cookie")?.split(";", 1)[0] ?? "";

      const again = await fetch(link, { redirect: "manual" });
      const page = await fetch(`${url}/chat`, { headers: { cookie } });
      const reload = await fetch(`${url}/chat`, { headers: { cookie } });

      expect(again.status).toBe(401);
      expect(await again.text()).toContain("This link was used already");
      expect([page.status, reload.status]).toEqual([200, 200]);
    });

    it("AC1: an old link in a browser that is in already leads to the page", async () => {
      const { web, url, login } = await open();
      const cookie = await login();
      const link = web.chatLink();
      await fetch(link, { redirect: "manual" });

      const response = await fetch(link, { headers: { cookie }, redirect: "manual" });

      expect(response.status).toBe(303);
      expect(new URL(response.headers.get("location") ?? "", url).pathname).toBe("/chat");
    });

    it("AC1: is locked without a link, and says how to get in", async () => {
      const { url } = await open();

      const page = await fetch(`${url}/chat`);

      expect(page.status).toBe(401);
      expect(await page.text()).toContain("opens with the link that Deputy prints");
    });

    it.each([
      ["GET", "/chat/state?as=ana"],
      ["GET", "/chat/events?as=ana"],
      ["GET", "/chat/files/file_1?as=ana"],
      ["POST", "/chat/messages"],
      ["PATCH", "/chat/messages/msg_1"],
      ["DELETE", "/chat/messages/msg_1"],
      ["POST", "/chat/messages/msg_1/retry"],
      ["POST", "/chat/actions"],
    ])("AC1: gives nothing without a session: %s %s", async (method, path) => {
      const { url } = await open();

      const response = await fetch(`${url}${path}`, {
        method,
        headers: { origin: url, cookie: "deputy_chat_1=guess" },
      });

      expect(response.status).toBe(401);
      expect(await sentence(response)).toContain("Open the link that Deputy printed");
    });

    it.each(["/chat", "/chat/state?as=ana", "/chat/assets/chat.js"])(
      "AC2: does not answer under a foreign name: %s",
      async (path) => {
        const { url, login } = await open();

        const response = await rawRequest(`${url}${path}`, { host: "evil.example", cookie: await login() });

        expect(response.status).toBe(403);
        expect(response.text).not.toContain("messages");
      },
    );

    it("AC2: a foreign name does not use up a link", async () => {
      const { web } = await open();
      const link = web.chatLink();
      await rawRequest(link, { host: "evil.example" });

      expect((await fetch(link, { redirect: "manual" })).status).toBe(200);
    });

    it.each([undefined, "null", "http://evil.example", "http://localhost:1"])(
      "AC3: takes no write from the origin %s",
      async (origin) => {
        const { url, login, room } = await open();
        const headers = {
          cookie: await login(),
          "content-type": "application/json",
          ...(origin && { origin }),
        };
        const body = JSON.stringify({ as: "ana", channel: "sales", text: "hi" });

        const response = await fetch(`${url}/chat/messages`, { method: "POST", headers, body });

        expect(response.status).toBe(403);
        expect(await sentence(response)).toContain("not sent from the chat page");
        expect(room.history("sales")).toEqual([]);
      },
    );
  });

  describe("the page", () => {
    it("has everything from its own origin and nothing inline", async () => {
      const { send } = await open({ chat: { modelLabel: "Demo model (scripted)" } });

      const response = await send("GET", "/chat");
      const html = await response.text();

      expect(response.headers.get("content-security-policy")).toBe(
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
      );
      expect(response.headers.get("x-content-type-options")).toBe("nosniff");
      expect(response.headers.get("referrer-policy")).toBe("no-referrer");
      expect(html).toContain("Demo model (scripted)");
      expect(html).not.toMatch(/<script(?![^>]*src=)|<style|\sstyle=|\son\w+=|https?:\/\//);
    });

    it("shows no banner for a real model", async () => {
      const { send } = await open();

      expect(await (await send("GET", "/chat")).text()).not.toContain("model-banner");
    });

    it("serves each file that it and its scripts name", async () => {
      const { send } = await open();
      const html = await (await send("GET", "/chat")).text();
      const named = [...html.matchAll(/"\/chat\/assets\/([\w.-]+)"/g)].map(([, name]) => name ?? "");
      const seen = new Set<string>();
      const markup: string[] = [];

      for (let name = named.pop(); name !== undefined; name = named.pop()) {
        if (seen.has(name)) continue;
        seen.add(name);
        const response = await send("GET", `/chat/assets/${name}`);
        expect([name, response.status]).toEqual([name, 200]);
        expect(response.headers.get("x-content-type-options")).toBe("nosniff");
        const text = await response.text();
        if (name.endsWith(".js")) {
          named.push(...[...text.matchAll(/from "\.\/([\w.-]+)"/g)].map(([, found]) => found ?? ""));
        }
        if (
          name.endsWith(".js") &&
          /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(/.test(text)
        ) {
          markup.push(name);
        }
      }

      expect(seen.size).toBeGreaterThan(15);
      expect(markup).toEqual([]);
    });

    it("serves a file that has not changed from the browser's memory", async () => {
      const { url, send } = await open();
      const etag = (await send("GET", "/chat/assets/chat.js")).headers.get("etag") ?? "";

      const again = await fetch(`${url}/chat/assets/chat.js`, { headers: { "if-none-match": etag } });

      expect(again.status).toBe(304);
    });

    it.each(["jsconfig.json", "..%2fweb.ts", "..%2f..%2fmain.ts", "nothing.js"])(
      "serves no other file: %s",
      async (name) => {
        const { send } = await open();

        expect((await send("GET", `/chat/assets/${name}`)).status).toBe(404);
      },
    );
  });

  describe("messages", () => {
    it("takes a message and gives it back as delivered", async () => {
      const heard: InboundEvent[] = [];
      const { send } = await open({ receive: async (event) => void heard.push(event) });

      const response = await send("POST", "/chat/messages", {
        as: "ana",
        channel: "sales",
        text: "@deputy hello",
      });

      expect(response.status).toBe(200);
      const message = await said(response);
      expect(message).toMatchObject({ delivery: "delivered", thread: message.id });
      expect(heard).toMatchObject([{ kind: "message", text: "hello", author: { key: ana } }]);
    });

    it("says when the agent has not taken it", async () => {
      const { send } = await open({ receive: () => Promise.reject(new Error("away")) });

      const response = await send("POST", "/chat/messages", { as: "ana", channel: "sales", text: "hello" });

      expect((await said(response)).delivery).toBe("undelivered");
    });

    it("brings a binary file up and down byte for byte, under its own name", async () => {
      const { send } = await open();
      const content = Buffer.from(Array.from({ length: 512 }, (_, index) => index % 256));
      const name = 'q1 "naïve" – 報告.bin';
      const form = new FormData();
      for (const [key, value] of Object.entries({ as: "ana", channel: "sales", text: "" }))
        form.set(key, value);
      form.append("files", new Blob([content]), name);

      const [file] = (await said(await send("POST", "/chat/messages", form))).files;
      const back = await send("GET", `/chat/files/${file?.id}?as=bo`);

      expect(file).toMatchObject({ name, size: "512 B" });
      expect(Buffer.from(await back.arrayBuffer())).toEqual(content);
      expect(back.headers.get("content-type")).toBe("application/octet-stream");
      expect(back.headers.get("content-disposition")).toBe(
        `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
      );
      expect(back.headers.get("content-security-policy")).toBe("sandbox");
    });

    it("does not give a file of a direct line to others", async () => {
      const { send, room } = await open();
      const files = [{ name: "a.txt", content: Buffer.from("a") }];
      const message = await room.say({ as: ana, channel: "dm-ana", text: "", files });

      const response = await send("GET", `/chat/files/${message.files[0]?.id}?as=bo`);

      expect(response.status).toBe(404);
      expect(await sentence(response)).toBe("This file is not there any more. Ask for it to be sent again.");
    });

    it("takes a message that comes in pieces", async () => {
      const { url, login, room } = await open();

      const response = await fetch(`${url}/chat/messages`, {
        method: "POST",
        headers: { origin: url, cookie: await login(), "content-type": "application/json" },
        body: new Blob([JSON.stringify({ as: "ana", channel: "sales", text: "in pieces" })]).stream(),
        duplex: "half",
      } as RequestInit);

      expect(response.status).toBe(200);
      expect(room.history("sales")[0]?.content).toMatchObject({ text: "in pieces" });
    });

    it("edits and deletes", async () => {
      const { send, room } = await open();
      const { id } = await room.say({ as: ana, channel: "sales", text: "first" });

      await send("PATCH", `/chat/messages/${id}`, { as: "ana", text: "second" });
      const edited = room.history("sales")[0]?.content;
      await send("DELETE", `/chat/messages/${id}`, { as: "ana" });

      expect(edited).toMatchObject({ text: "second" });
      expect(room.history("sales")[0]?.removed).toBe(true);
    });

    it("tries a delivery again when asked", async () => {
      let willing = false;
      const { send, room } = await open({
        receive: async () => {
          if (!willing) throw new Error("away");
        },
      });
      const { id } = await room.say({ as: ana, channel: "sales", text: "hello" });
      willing = true;

      const response = await send("POST", `/chat/messages/${id}/retry`, { as: "ana" });

      expect(await response.json()).toEqual({ delivered: true });
    });

    it("I14: refuses a message that is too long, and says what to do", async () => {
      const { send } = await open();

      const response = await send("POST", "/chat/messages", {
        as: "ana",
        channel: "sales",
        text: "x".repeat(40_001),
      });

      expect(response.status).toBe(413);
      expect(await sentence(response)).toBe(
        "This message has 40001 characters; the most is 40000. Attach it as a file instead.",
      );
    });

    it("I14: refuses a file that is too large, and names it", async () => {
      const { send } = await open();
      const form = new FormData();
      for (const [key, value] of Object.entries({ as: "ana", channel: "sales" })) form.set(key, value);
      form.append("files", new Blob([Buffer.alloc(25_000_001)]), "big.bin");

      const response = await send("POST", "/chat/messages", form);

      expect(response.status).toBe(413);
      expect(await sentence(response)).toContain("The file big.bin has 25.0 MB; the most is 25.0 MB");
    });

    it("I14: refuses a request that is too large, declared or not, before it is in memory", async () => {
      const { send, url, login } = await open();
      const form = new FormData();
      for (let n = 0; n < 3; n += 1) form.append("files", new Blob([Buffer.alloc(20_000_000)]), `${n}.bin`);
      let sent = 0;
      const endless = new ReadableStream<Uint8Array>({
        pull(controller) {
          sent += 1;
          if (sent > 200) controller.error(new Error("nobody stopped the upload"));
          else controller.enqueue(new Uint8Array(1_000_000));
        },
      });

      const declared = await send("POST", "/chat/messages", form);
      const undeclared = await fetch(`${url}/chat/messages`, {
        method: "POST",
        headers: { origin: url, cookie: await login(), "content-type": "multipart/form-data; boundary=x" },
        body: endless,
        duplex: "half",
      } as RequestInit);

      for (const response of [declared, undeclared]) {
        expect(response.status).toBe(413);
        expect(await sentence(response)).toContain("at most 50.0 MB in all");
      }
    });

    it("I14: refuses too many files", async () => {
      const { send } = await open();
      const form = new FormData();
      for (let n = 0; n < 11; n += 1) form.append("files", new Blob(["a"]), `${n}.txt`);

      const response = await send("POST", "/chat/messages", form);

      expect(response.status).toBe(413);
      expect(await sentence(response)).toContain("That is 11 files; a message takes 10 at most.");
    });

    it.each([
      [{ as: "ana", channel: "sales", text: "  " }, 400, "Write something, or attach a file."],
      [
        { as: "eve", channel: "sales", text: "hi" },
        400,
        "Say who you are: nobody in this chat has that name.",
      ],
      [{ as: "ana", text: "hi" }, 400, "The request could not be read: wrong or missing: channel."],
      [
        { as: "ana", channel: "sales", text: 7 },
        400,
        "The request could not be read: wrong or missing: text.",
      ],
      [
        { as: "ana", channel: "dm-bo", text: "hi" },
        404,
        "That is not in this chat any more. Reload the page.",
      ],
      [[], 400, "The request could not be read: wrong or missing: the whole of it."],
    ])("I14: refuses %j with a sentence", async (body, status, text) => {
      const { send } = await open();

      const response = await send("POST", "/chat/messages", body);

      expect(response.status).toBe(status);
      expect(await sentence(response)).toBe(text);
    });

    it.each([
      ["application/json", "{", "it is not JSON"],
      ["application/json", "\u00ff\u0000", "it is not JSON"],
      ["multipart/form-data; boundary=x", "--x\r\nno", "it arrived incomplete"],
      ["multipart/form-data", "no boundary", "it arrived incomplete"],
    ])("I14: refuses broken %s: %j", async (type, body, text) => {
      const { url, login } = await open();
      const headers = { origin: url, cookie: await login(), "content-type": type };

      const response = await fetch(`${url}/chat/messages`, { method: "POST", headers, body });

      expect(response.status).toBe(400);
      expect(await sentence(response)).toContain(text);
    });

    it("never writes what people said into the log", async () => {
      const lines: string[] = [];
      const write = (text: string, fields?: LogFields): void =>
        void lines.push(`${text} ${JSON.stringify(fields)}`);
      const log: Logger = { debug: write, info: write, warn: write, error: write, child: () => log };
      const { send } = await open({ log, receive: () => Promise.reject(new Error("away")) });

      await send("POST", "/chat/messages", { as: "ana", channel: "sales", text: "the secret plan" });
      await send("POST", "/chat/messages", { as: "ana", channel: "nowhere", text: "the secret plan" });

      expect(lines.length).toBeGreaterThan(0);
      expect(lines.join("\n")).not.toMatch(/secret plan|token=/);
    });
  });

  describe("actions", () => {
    const posted = async ({ room, platform }: ChatServer): Promise<string> => {
      const { thread } = await room.say({ as: ana, channel: "sales", text: "@deputy hello" });
      return platform.post(toAddress({ channel: "sales", thread }), { key: "k" }, anAttention(), []);
    };

    it("passes a click on", async () => {
      const heard: InboundEvent[] = [];
      const server = await open({ receive: async (event) => void heard.push(event) });
      const message = await posted(server);

      const response = await server.send("POST", "/chat/actions", {
        as: "bo",
        message,
        action: "question.answer",
        value: "wait_1.0",
      });

      expect(await response.json()).toEqual({ delivered: true });
      expect(heard.at(-1)).toMatchObject({ kind: "action", value: "wait_1.0", author: { name: "Bo" } });
    });

    it("I14: refuses a button that is not there", async () => {
      const server = await open();
      const message = await posted(server);
      const click = { as: "ana", message, action: "run.stop", value: "run_1" };

      const response = await server.send("POST", "/chat/actions", click);

      expect(response.status).toBe(409);
      expect(await sentence(response)).toContain("no longer possible");
    });

    it.each([
      [{ action: "launch.missiles" }, "wrong or missing: action"],
      [{ text: " " }, "Write an answer first."],
    ])("I14: refuses %j", async (change, text) => {
      const server = await open();
      const click = {
        as: "ana",
        message: await posted(server),
        action: "question.answer",
        value: "wait_1.0",
      };

      const response = await server.send("POST", "/chat/actions", { ...click, ...change });

      expect(response.status).toBe(400);
      expect(await sentence(response)).toContain(text);
    });
  });

  it("gives the whole room as one person sees it", async () => {
    const { send, room, platform } = await open({ chat: { suggestions: ["Count these"] } });
    const root = await room.say({ as: ana, channel: "sales", text: "@deputy **hello** @bo" });
    await room.say({ as: ana, channel: "dm-ana", text: "secret" });
    const at = toAddress(root);
    await platform.post(at, { key: "card" }, aCard(), []);
    await platform.whisper(at, ana, aResult());
    await platform.setStatus(at, "processing");

    const state: unknown = await (await send("GET", "/chat/state?as=bo")).json();

    expect(state).toMatchObject({
      seq: room.seq(),
      agent: "deputy",
      suggestions: ["Count these"],
      statuses: { [root.thread]: "processing" },
      channels: [{ id: "sales" }, { id: "general" }, { id: "dm-bo" }],
      messages: [
        { author: "ana", body: { kind: "text" } },
        { body: { kind: "card", card: { title: "Compare three vendors" } } },
      ],
    });
  });
});
