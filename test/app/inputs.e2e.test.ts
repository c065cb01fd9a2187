// Whatever people send: each message ends in a result or in a clear sentence, and what they sent is not lost (I14).

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { localPlatformName, localTenant } from "../../src/chat/local/cast.ts";
import type { InboundMessage } from "../../src/domain/inbound.ts";
import { messagesOf } from "../fakes/fake-openai.ts";
import type { Thread } from "./people.ts";
import { finishes, type Product, startProduct, uses } from "./product.ts";

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.stop());

/** What the model was shown last in the conversation that holds `mark`. */
function shown(mark: string): string {
  const texts = product.model.requests.map(({ body }) => messagesOf(body));
  return texts.findLast((text) => text.includes(mark)) ?? "";
}

const reads = (mark: string, path: string): void =>
  product.model.replyTo(mark, uses(["read_file", { path }]), finishes(`Read it: ${mark}.`));

/** A message as another platform could bring it: in a thread of Ana's, past the limits of the local chat. */
async function heard(text: string, files: InboundMessage["files"] = []): Promise<Thread> {
  const { app, people } = product;
  const thread = await people.ana.asks("A thread of our own.");
  const place = { kind: "channel", channel: "sales", thread: thread.id } as const;
  await app.gateway.intake.receive({
    kind: "message",
    eventId: `e-${thread.id}`,
    messageId: `m-${thread.id}`,
    conversation: { platform: localPlatformName, tenant: localTenant, ...place },
    author: { key: people.ana.key, name: "Ana", kind: "member" },
    sentAt: 1,
    text,
    mentionsAgent: true,
    mentions: [],
    files,
  });
  return thread;
}

const files: readonly (readonly [what: string, name: string, content: Buffer, shown: string])[] = [
  ["a binary file", "photo.png", Buffer.from("\x89PNG\r\n\x1a\n\0\0\0", "latin1"), "a PNG image"],
  [
    "a CSV in windows-1252",
    "orte.csv",
    Buffer.from("Ort;Umsatz\nZ\xfcrich;12 \x80\n", "latin1"),
    "Zürich;12 €",
  ],
  ["an empty file", "nothing.csv", Buffer.alloc(0), "is empty"],
];

describe("app: what people send", () => {
  it.concurrent.each(files)(
    "I14: takes %s, and the model is told what it is",
    async (what, name, content, expected) => {
      reads(what, `inbox/${name}`);

      const thread = await product.people.ana.asks(`@deputy look at ${what}`, { files: [{ name, content }] });
      const result = await thread.post("result");

      expect(result.body).toMatchObject({ outcome: "done", text: `Read it: ${what}.` });
      expect(shown(what)).toContain(expected);
    },
  );

  it.concurrent("I14: answers a mention without a word with what it can do", async () => {
    const thread = await product.people.ana.asks("@deputy");

    expect((await thread.post("notice")).body.text).toMatch(/Tell me in a sentence what you need/);
    expect(thread.posts("result")).toEqual([]);
  });

  it.concurrent("I14: refuses a message of 1 MB in the local chat with what to do instead", async () => {
    const text = `@deputy ${"long ".repeat(200_000)}`;

    await expect(product.people.ana.asks(text)).rejects.toThrow(/the most is 40000.*Attach it as a file/);
  });

  it.concurrent("I14: takes a message of 1 MB that a platform let through, as a file with its beginning", async () => {
    reads("one megabyte", "inbox/message.txt");

    const thread = await heard(`This is one megabyte. ${"tail ".repeat(200_000)}END`);
    const result = await thread.post("result");

    expect(result.body.outcome).toBe("done");
    expect(shown("one megabyte")).toContain("The whole of it, 1000025 characters, is in inbox/message.txt");
    expect(shown("one megabyte").length).toBeLessThan(100_000);
  });

  it.concurrent("I14: says that characters could not be read, and works on the rest", async () => {
    product.model.replyTo("half a character", finishes("Understood."));

    const thread = await heard("half a character: \ud83d, and a \0 too");
    const note = await thread.whisper(product.people.ana, /could not be read/);

    expect(note).toContain("\uFFFD");
    expect((await thread.post("result")).body.text).toBe("Understood.");
    expect(shown("half a character")).toContain("half a character: \uFFFD, and a \uFFFD too");
  });

  it.concurrent("I14: drops control characters that the local chat was sent", async () => {
    product.model.replyTo("ring the", finishes("Rung."));

    const thread = await product.people.ana.asks("@deputy ring the \u0007bell\0 for \ud83d\ude00");

    expect((await thread.post("result")).body.text).toBe("Rung.");
    expect(shown("ring the")).toContain("ring the bell for 😀");
  });

  it.concurrent("I14: works without a file that is larger than it takes, and says why it is missing", async () => {
    product.model.replyTo("too large", finishes("Seen without it."));

    const file = { id: "f1", name: "dump.bin", sizeBytes: 201 * 1024 ** 2, ref: "f1" };
    const thread = await heard("this is too large", [file]);

    expect((await thread.post("result")).body.text).toBe("Seen without it.");
    expect(shown("too large")).toMatch(
      /not saved: dump\.bin\. It is larger than .* MB, the most I take in by chat/,
    );
  });

  it.concurrent("I14: refuses an upload over the limit of the page with a sentence, and says nothing in the chat", async () => {
    const { app, room } = product;
    const opened = await fetch(app.chatUrl ?? "", { redirect: "manual" });
    const form = new FormData();
    for (const [name, value] of Object.entries({
      as: "ana",
      channel: "general",
      text: "@deputy a big one",
    })) {
      form.set(name, value);
    }
    form.set("files", new Blob([new Uint8Array(26_000_000)]), "big.csv");

    const headers = { cookie: opened.headers.get("set-cookie")?.split(";", 1)[0] ?? "", origin: app.url };
    const refused = await fetch(`${app.url}/chat/messages`, { method: "POST", headers, body: form });

    expect(refused.status).toBe(413);
    expect(await refused.json()).toEqual({
      error: "The file big.csv has 26.0 MB; the most is 25.0 MB. Split it, or leave out what is not needed.",
    });
    expect(room.history("general")).toEqual([]);
  });

  it.concurrent("I14: takes 30 files at once, and names 20 of them", async () => {
    reads("thirty files", "inbox/part-30.txt");
    const many = Array.from({ length: 30 }, (_, n) => ({
      name: `part-${n + 1}.txt`,
      content: Buffer.from(`This is part ${n + 1}.`),
    }));

    const thread = await product.people.bo.asks("@deputy here are thirty files", { files: many });

    expect((await thread.post("result")).body.outcome).toBe("done");
    expect(shown("thirty files")).toContain("And 10 more files in inbox/");
    expect(shown("thirty files")).toContain("This is part 30.");
  });

  it.concurrent("I14: takes files without a word as the request", async () => {
    product.model.replyTo("silent.csv", finishes("It has one row."));

    const content = Buffer.from("a\n1\n");
    const thread = await product.people.ada.asks("@deputy", { files: [{ name: "silent.csv", content }] });

    expect((await thread.post("result")).body).toMatchObject({
      text: "It has one row.",
      title: "Look at silent.csv",
    });
  });

  it("leaves no fault of ours in the log", () => {
    expect(product.log.filter((line) => line.level === "error")).toEqual([]);
  });
});
