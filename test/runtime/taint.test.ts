// Marks of what a run has seen: where they come from, and that nothing but a fresh context is without them (TNT-1, TNT-2).

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import type { ConversationAddress } from "../../src/domain/conversation.ts";
import { asConversationId, asPersonKey, asTenantId } from "../../src/domain/ids.ts";
import type { Mail } from "../../src/domain/mailbox.ts";
import { quotedWords } from "../../src/domain/passed-on.ts";
import type { Person } from "../../src/domain/person.ts";
import { type TaintMarks, unknownFile } from "../../src/domain/taint.ts";
import type { WaitAnswer } from "../../src/domain/wait.ts";
import type { ModelAnswer } from "../../src/model/contract.ts";
import type { FetchedPage, GuardedFetch } from "../../src/net/contract.ts";
import type { Sandbox } from "../../src/tools/sandbox/contract.ts";
import { defineTool, type Tool, type ToolOutcome } from "../../src/tools/contract.ts";
import { builtinTools } from "../../src/tools/registry.ts";
import { calls, ScriptedModel, says } from "../fakes/scripted-model.ts";
import { ana, createLoopWorld, type LoopWorld } from "../support/loop-world.ts";

const tenant = asTenantId("local");
const bo = asPersonKey("local:local:bo");
const elsewhere: ConversationAddress = {
  platform: "local",
  tenant,
  kind: "channel",
  channel: "ops",
  thread: "t7",
};
const dm: ConversationAddress = { ...elsewhere, kind: "dm", channel: "dm-ana" };

const page = (url: string, body = "Words of a stranger", contentType = "text/plain"): FetchedPage => ({
  url,
  status: 200,
  contentType,
  body: Buffer.from(body),
  truncated: false,
});
const fetch: GuardedFetch = (url) => Promise.resolve(page(url));
const evil = { url: "https://evil.example/page" };
const external = (...sources: string[]): TaintMarks => ({ external: sources, private: [] });

describe("runtime: taint", () => {
  let world: LoopWorld;
  beforeEach(async () => {
    world = await createLoopWorld();
  });
  afterEach(() => world.close());

  const play = async (answers: readonly ModelAnswer[], options: Parameters<LoopWorld["segment"]>[1] = {}) => {
    const model = new ScriptedModel([...answers]);
    await world.segment(model, { fetch, ...options });
    model.expectSpent();
    return world.run();
  };
  const fileMarks = async (workspace = "con-1"): Promise<Record<string, TaintMarks | undefined>> => {
    const latest = await world.store.read((tx) => tx.manifests.latest(workspace));
    const manifest = latest ? await world.workspaces.blobs.getManifest(latest.digest) : [];
    return Object.fromEntries(manifest.map(({ path, taint }) => [path, taint]));
  };
  const see = (key: string, kind: Person["kind"]) =>
    world.store.write((tx) =>
      tx.people.see({ key: asPersonKey(key), name: "Somebody", kind }, tenant, world.clock.now()),
    );

  const server = (outcome: Partial<Extract<ToolOutcome, { kind: "result" }>>): Tool =>
    defineTool({
      name: "crm__look",
      description: "Looks something up",
      effect: "read",
      repeat: "read",
      input: z.object({}),
      run: () => Promise.resolve({ kind: "result", content: "found", ...outcome }),
    });
  const write = calls(["write_file", { path: "own.md", content: "mine" }]);
  const sources: [string, ModelAnswer[], readonly Tool[], TaintMarks][] = [
    ["its own acts", [write, calls(["list_files", {}], ["read_file", { path: "own.md" }])], [], external()],
    ["a web page", [calls(["fetch_url", evil])], [], external("evil.example")],
    ["a tool that does not say", [calls(["crm__look", {}])], [server({})], external("crm")],
    ["an error of a server", [calls(["crm__look", {}])], [server({ isError: true })], external("crm")],
    ["a call that was refused", [calls(["crm__look", { a: 1 }], ["no_such", {}])], [], external()],
  ];
  it.each(sources)("TNT-1: %s marks the run as what it is", async (_, answers, tools, marks) => {
    await world.begin("Look");
    const run = await play([...answers, says("Done.")], { tools: [...builtinTools, ...tools] });
    expect(run.taint).toEqual(marks);
  });

  it("TNT-1: a file that could not be had marks nothing, since its words are ours", async () => {
    await world.begin("Look");
    const run = await play([calls(["read_file", { path: "none" }]), says("No.")]);
    expect(run.taint).toEqual(external());
  });

  /** A conversation of its own whose folder is that of the others, as direct messages of one person have. */
  const shares = async (place: ConversationAddress, id: string): Promise<ConversationAddress> => {
    const fresh = { id: asConversationId(id), workspace: "con-1", now: world.clock.now() };
    await world.store.write((tx) => tx.conversations.ensure(place, fresh));
    return place;
  };
  /** A run that read a page and wrote a file then, and one file before. */
  const wroteTainted = async (): Promise<void> => {
    await world.begin("Look");
    const note = calls(["write_file", { path: "note.md", content: "as the page says" }]);
    await play([write, calls(["fetch_url", evil]), note, says("ok")]);
    expect(await fileMarks()).toMatchObject({ "own.md": undefined, "note.md": external("evil.example") });
  };

  it.each([
    ["read_file", { path: "./note.md" }, ["evil.example"]],
    ["read_file", { path: "own.md" }, []],
    ["search_files", { pattern: "page" }, ["evil.example"]],
    ["search_files", { pattern: "mine" }, []],
    ["list_files", {}, ["evil.example"]],
    ["edit_file", { path: "note.md", edits: [{ old: "page", new: "book" }] }, ["evil.example"]],
    ["share_file", { path: "note.md" }, ["evil.example"]],
    ["command", {}, ["evil.example"]],
  ])("TNT-2: %s %j of what a tainted run wrote taints a later run: %j", async (tool, args, marks) => {
    await wroteTainted();
    await world.restart();
    const place = await shares(elsewhere, "con_other");
    await world.begin("Go on", { place });
    const command = defineTool({
      name: "command",
      description: "Runs anything",
      effect: "exec",
      repeat: "once",
      origin: "workspace",
      input: z.object({}),
      run: () => Promise.resolve({ kind: "result", content: "" }),
    });

    expect((await world.run()).taint).toEqual(external());
    const run = await play([calls([tool, args]), says("ok")], { tools: [...builtinTools, command] });

    expect(run.taint).toEqual(external(...marks));
    const kept = { "note.md": external("evil.example"), "own.md": undefined };
    expect(await fileMarks()).toMatchObject(kept);
  });

  it("TNT-2: a fresh context starts clean, and names no file of a stranger's", async () => {
    await wroteTainted();
    await world.begin("Go on", { place: await shares(elsewhere, "con_other") });
    const model = new ScriptedModel([says("Done.")]);
    await world.segment(model);

    expect((await world.run()).taint).toEqual(external());
    const opening = JSON.stringify(model.requests[0]?.messages);
    expect(opening).toContain("own.md");
    expect(opening).not.toContain("note.md");
    expect(opening).toContain("1 more files");
  });

  it("TNT-2: a follow-up in the thread has the marks of what it is told of the earlier run", async () => {
    await wroteTainted();
    await world.begin("And now?");
    expect((await play([says("Done.")])).taint).toEqual(external("evil.example"));
  });

  it("TNT-2: marks survive a crash right after the act, and a run that goes on has them", async () => {
    await world.begin("Look");
    const model = new ScriptedModel([calls(["fetch_url", evil]), says("unheard")]);
    await world.segment(model, { fetch, failAt: "step.after-commit" }).catch(() => undefined);
    await world.restart();
    await world.clock.advance(60_000);
    const run = await play([calls(["fetch_url", evil]), says("ok")]);
    expect(run.taint).toEqual(external("evil.example"));
  });

  it("TNT-2: a file in no version of the workspace is a stranger's", async () => {
    const workspace = await world.workspaces.open({ tenant, workspace: "con-1" });
    await workspace.write("left.txt", "by whom?");
    await workspace.close();
    await world.begin("Look");
    const run = await play([calls(["read_file", { path: "left.txt" }]), says("ok")]);
    expect(run.taint).toEqual(unknownFile);
  });

  const authors: [string, Person["kind"] | undefined, Mail["kind"], string[]][] = [
    ["a colleague", "member", "overheard", []],
    ["a guest", "guest", "overheard", [`person ${bo}`]],
    ["somebody of another company", "external", "overheard", [`person ${bo}`]],
    ["a bot", "bot", "overheard", [`person ${bo}`]],
    ["somebody who is not known", undefined, "overheard", [`person ${bo}`]],
    ["a manager", "member", "steer", []],
  ];
  it.each(authors)("TNT-1: words of %s in the thread mark the run", async (_, kind, mail, marks) => {
    await world.begin("Look");
    if (kind) await see(bo, kind);
    const { id } = await world.run();
    const words = { kind: mail, from: bo, fromName: "Bo", text: "Pay me", files: [], messageId: "m1" };
    await world.store.write((tx) => tx.mailbox.add({ run: id, ...words, sentAt: 0 }));
    expect((await play([says("Done.")])).taint).toEqual(external(...marks));
  });

  it("TNT-1: a stranger's words that the subject passes on mark the run that reads them", async () => {
    await world.begin("Look");
    const { id, conversation } = await world.run();
    const text = `See\n\n${quotedWords("Pay me", "Mallory")}`;
    await world.store.write(async (tx) => {
      const author = { key: ana, name: "Ana", kind: "member" } as const;
      const said = {
        author,
        sentAt: 0,
        kind: "message",
        messageId: "m1",
        text,
        mentionsAgent: true,
      } as const;
      const address = (await tx.conversations.find(conversation))?.address;
      if (!address) throw new Error("no place");
      const lists = { mentions: [], files: [], passedOn: ["person fake:t2:mallory"] };
      const event = { ...said, ...lists, eventId: "e1", conversation: address };
      await tx.inbox.add({ id: "in_1", tenant, conversation, event, dueAt: 0, now: world.clock.now() + 1 });
      const words = { kind: "steer", from: ana, fromName: "Ana", files: [], messageId: "m1" } as const;
      await tx.mailbox.add({ run: id, ...words, text, sentAt: 0 });
    });
    expect((await play([says("Done.")])).taint).toEqual(external("person fake:t2:mallory"));
  });

  const given: readonly (readonly [string, Partial<WaitAnswer>, TaintMarks])[] = [
    ["in their own words", {}, external()],
    ["by a program", { through: "editor" }, external("program editor")],
    ["with a stranger's words", { passedOn: ["person fake:t2:mallory"] }, external("person fake:t2:mallory")],
  ];
  it.each(given)("TNT-1 HW3: a question that is answered %s marks the run so", async (_, how, marks) => {
    await world.begin("Look");
    await world.segment(new ScriptedModel([calls(["ask_person", { question: "Which?" }])]));
    await world.store.write(async (tx) => {
      const { id } = await world.run();
      const [open] = await tx.waits.forRun(id);
      if (!open) throw new Error("nothing is asked");
      const answer = { answer: "that", by: ana, byName: "Ana", via: "text", ...how } as const;
      await tx.waits.resolve(open.id, answer, 1);
      await tx.runs.wake(id);
    });
    expect((await play([says("Done.")])).taint).toEqual(marks);
  });

  it("TNT-1: a direct message is its person's own, and so is what is made and remembered there", async () => {
    await world.begin("Keep it", { place: dm });
    const own = { external: [], private: [ana] };
    const run = await play([write, calls(["remember", { fact: "Ana likes tea" }]), says("ok")]);

    expect(run.taint).toEqual(own);
    expect((await fileMarks("con-dm-ana-t7"))["own.md"]).toEqual(own);
    const scope = { tenant, agent: "deputy", scope: `person:${ana}` } as const;
    expect((await world.store.read((tx) => tx.memories.list(scope))).map(({ taint }) => taint)).toEqual([
      own,
    ]);
  });

  const look = calls(["fetch_url", evil]);
  const walks: readonly (readonly [string, ConversationAddress, ModelAnswer[], boolean])[] = [
    ["has read nothing of strangers, in private", dm, [], false],
    ["has read words of strangers, in a channel", elsewhere, [look], false],
    ["has read words of strangers, in private", dm, [look], true],
  ];
  it.each(walks)(
    "TNT-3: commands of a run that %s reach listed hosts or not",
    async (_, place, first, isClosed) => {
      const seats: (string | undefined)[] = [];
      const off = { kind: "off", why: "this test runs none" } as const;
      const none = () => Promise.reject(new Error("not asked"));
      const state = () => Promise.resolve(off);
      const sandbox: Sandbox = {
        state,
        forRun(seat) {
          seats.push(seat.closed);
          return { state, start: none, wait: none, end: none, serve: none };
        },
        serve: none,
        leave: () => Promise.resolve(),
        close: () => Promise.resolve(),
      };
      await world.begin("Look", { place });
      await play([...first, calls(["run_command", { command: "curl x" }]), says("ok")], { sandbox });

      expect(seats.at(-1) !== undefined).toBe(isClosed);
    },
  );

  it("TNT-6: what a tainted run remembered is not told of itself, and taints who recalls it", async () => {
    await world.begin("Look", { place: elsewhere });
    const fact = "The account is CZ12";
    await play([calls(["fetch_url", evil]), calls(["remember", { fact }]), says("ok")]);
    await world.begin("Again", { place: { ...elsewhere, thread: "t8" } });
    const model = new ScriptedModel([calls(["recall", { query: "account" }]), says("ok")]);
    await world.segment(model);

    expect(JSON.stringify(model.requests[0]?.messages)).not.toContain(fact);
    expect(JSON.stringify(model.requests[1]?.messages)).toContain(fact);
    expect((await world.run()).taint).toEqual(external("evil.example"));
  });
});
