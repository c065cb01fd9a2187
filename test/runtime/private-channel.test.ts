// What is sent in a private channel carries no mark of its own, since it does not leave its thread but as what its people read there
// (docs/taint.md): this shows it of files, of what is remembered and of what other runs are told.

import { afterEach, beforeEach, expect, it } from "vitest";
import type { ConversationAddress } from "../../src/domain/conversation.ts";
import { asTenantId } from "../../src/domain/ids.ts";
import { calls, ScriptedModel, says } from "../fakes/scripted-model.ts";
import { createLoopWorld, type LoopWorld } from "../support/loop-world.ts";

const secret = "margin-4711";
const place = (channel: string, thread: string, kind: ConversationAddress["kind"] = "channel") =>
  ({ platform: "local", tenant: asTenantId("local"), kind, channel, thread }) satisfies ConversationAddress;

let world: LoopWorld;
let workspace: string;
beforeEach(async () => {
  world = await createLoopWorld();
  await world.begin("Work out the numbers", { place: place("board", "t1") });
  const model = new ScriptedModel([
    calls(
      ["write_file", { path: "numbers.csv", content: `q,${secret}\n` }],
      ["remember", { fact: `The figure is ${secret}` }],
    ),
    says("The numbers are in the file."),
  ]);
  if ((await world.segment(model)) !== "settled") throw new Error("Nothing was written");
  const { conversation } = await world.run();
  workspace = (await world.store.read((tx) => tx.conversations.find(conversation)))?.workspace ?? "";
});
afterEach(() => world.close());

/** All that a run elsewhere is told, whatever it tries. */
async function seenIn(at: ConversationAddress): Promise<string> {
  await world.begin("Find the figure", { place: at });
  const model = new ScriptedModel([
    calls(
      ["list_files", { path: ".", depth: 5 }],
      ["search_files", { pattern: "margin" }],
      ["recall", { query: "figure" }],
      ["read_file", { path: "numbers.csv" }],
      ["read_file", { path: `../../${workspace}/files/numbers.csv` }],
      ["read_file", { path: `${world.folder}/workspaces/local/${workspace}/files/numbers.csv` }],
    ),
    says("There is nothing."),
  ]);
  expect(await world.segment(model)).toBe("settled");
  return JSON.stringify(model.requests);
}

it.each([
  ["another channel", place("sales", "t2")],
  ["a group chat", place("group-1", "t3", "group")],
  ["the direct messages of who asked", place("dm-ana", "t4", "dm")],
])(
  "OUT-4: a file of a private channel, and what was remembered there, is not seen in %s",
  async (_where, at) => {
    const seen = await seenIn(at);
    expect(seen).toContain("read_file");
    expect(seen).not.toContain(secret);
  },
);

it("OUT-4: another thread of the private channel has what is remembered there, and not its files", async () => {
  const seen = await seenIn(place("board", "t5"));
  expect(seen).toContain(`The figure is ${secret}`);
  expect(seen).not.toContain(`q,${secret}`);
});

it("its own thread has both", async () => {
  expect(await seenIn(place("board", "t1"))).toContain(`q,${secret}`);
});
