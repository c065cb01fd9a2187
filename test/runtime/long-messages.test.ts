import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ModelMessage, ModelRequest } from "../../src/model/contract.ts";
import { calls, ScriptedModel, type ScriptedStep, says } from "../fakes/scripted-model.ts";
import { ana, createLoopWorld, type LoopWorld } from "../support/loop-world.ts";
import { size, write } from "./long-run.ts";

let world: LoopWorld;
beforeEach(async () => {
  world = await createLoopWorld();
});
afterEach(() => world.close());

const contextTokens = 32_000;

const textOf = (message: ModelMessage): string => (message.role === "tool" ? message.content : message.text);
const shown = ({ messages }: Pick<ModelRequest, "messages">): string => messages.map(textOf).join("\n");
const lastShown = ({ requests }: ScriptedModel): string => shown(requests.at(-1) ?? { messages: [] });

async function fileAt(path: string): Promise<string> {
  const workspace = await world.workspaces.open({ tenant: "local", workspace: "con-1" });
  try {
    return (await workspace.readText(path, 1_000_000)).text;
  } finally {
    await workspace.close();
  }
}

async function playWith(...steps: ScriptedStep[]): Promise<ScriptedModel> {
  const model = new ScriptedModel(steps, () => says("## State\n- going on"));
  expect(await world.segment(model, { contextTokens })).toBe("settled");
  for (const request of model.requests) {
    expect(size(request)).toBeLessThanOrEqual(contextTokens - request.maxOutputTokens);
  }
  return model;
}

describe("runtime: long words of people", () => {
  it("shows the beginning and the end of a request that is too long, and has the whole in a file", async () => {
    const goal = `Begin here. ${"請求書をまとめる ".repeat(8_000)} End there.`;
    await world.begin(goal);

    const model = await playWith(says("Done."));

    const opening = lastShown(model);
    expect(opening).toContain("Begin here.");
    expect(opening).toContain("End there.");
    expect(opening).toContain("(The whole request is in .deputy/request.md.)");
    expect(await fileAt(".deputy/request.md")).toBe(goal);
  });

  it("A5: shows the beginning of a message that is too long, with the whole in its file before the model reads it", async () => {
    await world.begin("Work");
    const long = `First this. ${"and that, ".repeat(2_000)}At last this.`;
    let path = "";
    await playWith(
      async () => {
        await write(world, "steer", ana, "Ana", long);
        return calls(["list_files", {}]);
      },
      async (request) => {
        path = /the whole message is in (\S+),/.exec(shown(request))?.[1] ?? "";
        expect(shown(request)).toContain("Ana adds: First this.");
        expect(await fileAt(path)).toBe(long);
        return says("Done.");
      },
    );

    const { id } = await world.run();
    expect(path).toMatch(/^\.deputy\/messages\/[0-9a-f]{16}\.md$/);
    const rows = await world.store.read((tx) => tx.manifests.list("con-1"));
    expect(rows.at(-1)?.run).toBe(id);
  });

  it("A5: condenses when more is said at once than fits, and goes on with the newest of it", async () => {
    await world.begin("Work");
    const model = await playWith(async () => {
      for (let n = 1; n <= 30; n += 1) {
        await write(world, "steer", ana, "Ana", `Wish ${n}: ${"please mind this too. ".repeat(200)}`);
      }
      return calls(["list_files", {}]);
    }, says("Done."));

    expect(model.requests.map(({ purpose }) => purpose)).toEqual(["work", "distil", "work"]);
    const known = lastShown(model);
    expect(known).toContain("Ana adds: Wish 30:");
    expect(known).toMatch(/\(\d+ more: search_files in \.deputy\/transcripts\)/);
    const { id } = await world.run();
    const steps = await world.store.read((tx) => tx.steps.list(id, 0));
    const compaction = steps.find((step) => step.kind === "compaction");
    const transcript = await fileAt(`.deputy/transcripts/${String(compaction?.n).padStart(4, "0")}.md`);
    for (let n = 1; n <= 30; n += 1) expect(transcript).toContain(`Ana adds: Wish ${n}:`);
  });

  it("keeps the names of files that came with a message across windows", async () => {
    await world.begin("Work");
    const { id } = await world.run();
    const file = { id: "f1", name: "plan.pdf", sizeBytes: 12, ref: "f1" };
    const mail = { run: id, kind: "steer", from: ana, fromName: "Ana", text: "Here it is" } as const;
    await world.store.write((tx) => tx.mailbox.add({ ...mail, files: [file], messageId: "m", sentAt: 0 }));
    const workspace = await world.workspaces.open({ tenant: "local", workspace: "con-1" });
    await workspace.write("a.txt", `${"a word in a long line of them ".repeat(4)}\n`.repeat(60));
    await workspace.close();

    const turns = Array.from({ length: 20 }, (_, n) =>
      calls(["search_files", { pattern: `line of ${n % 2 === 0 ? "them" : "th.m"}`, path: "a.txt" }]),
    );
    const model = await playWith(...turns, says("Done."));

    expect(model.requests.some(({ purpose }) => purpose === "distil")).toBe(true);
    const known = lastShown(model);
    expect(known).toContain("Ana adds: Here it is\nFiles: inbox/plan.pdf");
  });
});
