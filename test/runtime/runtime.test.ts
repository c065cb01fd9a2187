import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { asRunId } from "../../src/domain/ids.ts";
import { ModelError } from "../../src/model/errors.ts";
import { calls, ScriptedModel, says } from "../fakes/scripted-model.ts";
import { ana, createLoopWorld, type LoopWorld } from "../support/loop-world.ts";

let world: LoopWorld;
beforeEach(async () => {
  world = await createLoopWorld();
});
afterEach(() => world.close());

const plan = {
  title: "Count the words",
  steps: [
    { text: "Read", state: "doing" },
    { text: "Count", state: "todo" },
    { text: "Report", state: "todo" },
  ],
};

describe("runtime/runtime", () => {
  it("takes plain text without finish as the result", async () => {
    await world.begin("What is 2 + 2?");
    const model = new ScriptedModel([says("Four.")]);

    const end = await world.segment(model);

    expect(end).toBe("settled");
    expect((await world.run()).state).toBe("done");
    expect(await world.posts()).toMatchObject([{ kind: "result", outcome: "done", text: "Four." }]);
    model.expectSpent();
  });

  it("ux d.2: does files, plan and finish in one go, and posts one card and one result", async () => {
    await world.begin("Count the words");
    const model = new ScriptedModel([
      calls(["set_plan", plan]),
      calls(["write_file", { path: "notes/a.md", content: "one two three" }]),
      calls(["read_file", { path: "notes/a.md" }], ["list_files", {}]),
      calls(["check_in", { text: "Read it all." }]),
      calls(["finish", { summary: "Three words.", files: ["notes/a.md"] }]),
    ]);

    await world.segment(model);

    model.expectSpent();
    const posts = await world.posts();
    expect(posts.map((message) => message.kind)).toEqual(["card", "result"]);
    expect(posts[1]).toMatchObject({ text: "Three words.", files: [{ name: "a.md", sizeBytes: 13 }] });
    const run = await world.run();
    expect(run).toMatchObject({ state: "done", title: "Count the words", outcome: { code: "done" } });
    const steps = await world.store.read((tx) => tx.steps.list(run.id, 0));
    expect(steps.map((step) => `${step.kind} ${step.tool ?? ""} ${step.state}`)).toEqual([
      "model  done",
      "tool set_plan done",
      "model  done",
      "tool write_file done",
      "model  done",
      "tool read_file done",
      "tool list_files done",
      "model  done",
      "tool check_in done",
      "model  done",
      "tool finish done",
    ]);
    expect(steps.filter((step) => step.manifest !== undefined || step.tool === "write_file")).toHaveLength(1);
  });

  it("gives the model the result of every call, in the order of the calls", async () => {
    await world.begin("Look");
    const model = new ScriptedModel([
      calls(["list_files", {}], ["read_file", { path: "missing.txt" }], ["recall", { query: "x" }]),
      says("Looked."),
    ]);

    await world.segment(model);

    const last = model.requests[1]?.messages ?? [];
    const asked = last.find((message) => message.role === "assistant");
    expect(last.filter((message) => message.role === "tool").map((message) => message.callId)).toEqual(
      asked?.role === "assistant" ? asked.calls.map((call) => call.id) : [],
    );
  });

  it("tells the model about unknown tools and arguments that do not fit, and goes on", async () => {
    await world.begin("Try");
    const model = new ScriptedModel([
      calls(["no_such_tool", {}], ["read_file", "{not json"], ["read_file", { path: 7 }]),
      says("Understood."),
    ]);

    await world.segment(model);

    const told = (model.requests[1]?.messages ?? []).flatMap((message) =>
      message.role === "tool" ? [message.content] : [],
    );
    expect(told[0]).toContain('no tool "no_such_tool"');
    expect(told[1]).toContain("not valid JSON");
    expect(told[2]).toContain("path");
    expect((await world.run()).state).toBe("done");
  });

  it("asks an empty answer again twice, then fails with a sentence", async () => {
    await world.begin("Say something");
    const model = new ScriptedModel([says(""), says("  "), says("")]);

    await world.segment(model);

    expect(await world.run()).toMatchObject({ state: "failed", outcome: { code: "model.empty" } });
    expect(await world.posts()).toMatchObject([{ kind: "result", outcome: "failed" }]);
  });

  it("backs off when the model service is down, as a row, and tries the same step again", async () => {
    await world.begin("Wait for it");
    const down = new ModelError("model.unavailable", "down", { retry: { kind: "backoff" } });

    expect(await world.segment(new ScriptedModel([down]))).toBe("backing-off");

    const parked = await world.run();
    expect(parked).toMatchObject({ state: "queued", retries: 1 });
    expect(parked.wakeAt).toBeGreaterThan(world.clock.now());
    await world.clock.advance(10_000);
    expect(await world.segment(new ScriptedModel([says("There.")]))).toBe("settled");
    const steps = await world.store.read((tx) => tx.steps.list(parked.id, 0));
    expect(steps).toHaveLength(1);
  });

  it("honours the wait that the model service asks for", async () => {
    await world.begin("Wait");
    const limited = new ModelError("model.rate_limited", "slow", { retry: { kind: "after", ms: 90_000 } });

    await world.segment(new ScriptedModel([limited]));

    expect((await world.run()).wakeAt).toBe(world.clock.now() + 90_000);
  });

  it("fails at once, with words, on what waiting cannot mend", async () => {
    await world.begin("Try");

    await world.segment(new ScriptedModel([new ModelError("model.unauthorized", "bad key")]));

    expect(await world.run()).toMatchObject({ state: "failed", outcome: { code: "model.unauthorized" } });
    const [result] = await world.posts();
    expect(result?.kind === "result" && result.text).toContain("OPENAI_API_KEY");
  });

  it("fails the run loudly on a bug instead of crashing the worker", async () => {
    await world.begin("Try");

    const end = await world.segment(new ScriptedModel([new TypeError("bug")]));

    expect(end).toBe("settled");
    expect(await world.run()).toMatchObject({ state: "failed", outcome: { code: "run.bug" } });
  });

  it("I6: parks a question as a row, and goes on with the answer", async () => {
    await world.begin("Ask me");
    const ask = calls(["ask_person", { question: "Which?", options: ["A", "B"] }]);
    expect(await world.segment(new ScriptedModel([ask]))).toBe("parked");
    const run = await world.run();
    expect(run).toMatchObject({ state: "waiting" });
    expect(run.leaseOwner).toBeUndefined();
    const [wait] = await world.store.read((tx) => tx.waits.forRun(run.id));
    if (!wait) throw new Error("no wait");
    await world.store.write(async (tx) => {
      await tx.waits.resolve(
        wait.id,
        { answer: "B", by: ana, byName: "Ana", via: "button" },
        world.clock.now(),
      );
      await tx.runs.wake(run.id);
    });
    await world.restart();

    const model = new ScriptedModel([says("You said B.")]);
    expect(await world.segment(model)).toBe("settled");

    const told = model.requests[0]?.messages.at(-1);
    expect(told).toMatchObject({ role: "tool", content: '{"answer":"B","by":"Ana","via":"button"}' });
  });

  it("reads what the person wrote at the next safe point, and does not finish over it (I1)", async () => {
    await world.begin("Work");
    const run = await world.run();
    const model = new ScriptedModel([
      async () => {
        await world.store.write((tx) =>
          tx.mailbox.add({
            run: run.id,
            kind: "steer",
            from: ana,
            fromName: "Ana",
            text: "only EMEA please",
            files: [],
            messageId: "m2",
            sentAt: world.clock.now(),
          }),
        );
        return says("Done already.");
      },
      says("EMEA only."),
    ]);

    await world.segment(model);

    expect(model.requests[1]?.messages.at(-1)).toMatchObject({
      role: "user",
      text: "Ana adds: only EMEA please",
    });
    expect(await world.posts()).toMatchObject([{ kind: "result", text: "EMEA only." }]);
  });

  it("stops at once: what ran gets a result, the run says what is done and what is not", async () => {
    await world.begin("Long work");
    const run = await world.run();
    const stop = new AbortController();
    const model = new ScriptedModel([
      calls(["set_plan", plan]),
      async (_request, { signal }) => {
        await world.store.write((tx) => tx.runs.requestStop(run.id, ana));
        stop.abort();
        signal.throwIfAborted();
        return says("never");
      },
    ]);

    expect(await world.segment(model, { control: { stop: stop.signal } })).toBe("settled");

    expect((await world.run()).state).toBe("stopped");
    const result = (await world.posts()).at(-1);
    expect(result).toMatchObject({ kind: "result", outcome: "stopped" });
    expect(result?.kind === "result" && result.text).toContain("Not started: Count; Report");
  });

  it("hands the run back when its slice is over (I7)", async () => {
    const { segment } = await world.begin("Long");
    const model = new ScriptedModel([calls(["list_files", {}])]);

    const end = await world.segment(model, { control: { deadline: world.clock.now() } });

    expect(end).toBe("sliced");
    const run = await world.run();
    expect(run.state).toBe("queued");
    expect(run.segment).toBeGreaterThan(segment);
  });

  it("parks with a question when the budget is reached, and goes on when it is raised", async () => {
    await world.begin("Costly", { budget: { steps: 3 } });
    const first = new ScriptedModel([calls(["list_files", {}]), calls(["list_files", { path: "" }])]);

    expect(await world.segment(first)).toBe("parked");

    const run = await world.run();
    expect((await world.posts()).at(-1)).toMatchObject({ kind: "attention", about: "budget" });
    const [wait] = await world.store.read((tx) => tx.waits.forRun(run.id));
    if (!wait) throw new Error("no wait");
    await world.store.write(async (tx) => {
      await tx.waits.resolve(wait.id, { answer: "add", by: ana, via: "button" }, world.clock.now());
      await tx.runs.wake(run.id);
    });
    expect(await world.segment(new ScriptedModel([says("Done.")]))).toBe("settled");
    expect((await world.run()).budget.steps).toBeGreaterThan(3);
  });

  it("finishes with what it has when the person says so: only finish is offered", async () => {
    await world.begin("Costly", { budget: { steps: 1 } });
    await world.segment(new ScriptedModel([calls(["list_files", {}])]));
    const run = await world.run();
    const [wait] = await world.store.read((tx) => tx.waits.forRun(run.id));
    if (!wait) throw new Error("no wait");
    await world.store.write(async (tx) => {
      await tx.waits.resolve(wait.id, { answer: "finish", by: ana, via: "button" }, world.clock.now());
      await tx.runs.wake(run.id);
    });

    const model = new ScriptedModel([calls(["finish", { summary: "Half of it." }])]);
    await world.segment(model);

    expect(model.requests[0]?.tools.map((tool) => tool.name)).toEqual(["finish"]);
    expect((await world.posts()).at(-1)).toMatchObject({ kind: "result", text: "Half of it." });
  });

  it("warns a model that repeats itself, then ends the run", async () => {
    await world.begin("Loop");
    const again = (): ReturnType<typeof calls> => calls(["list_files", {}]);
    const model = new ScriptedModel(Array.from({ length: 9 }, () => again));

    await world.segment(model);

    expect(await world.run()).toMatchObject({ state: "failed", outcome: { code: "run.looping" } });
    expect(JSON.stringify(model.requests.at(-1)?.messages)).toContain("very call several times");
  });

  it("puts a large result into a file and a preview into the context", async () => {
    await world.begin("Read a lot");
    const workspace = await world.workspaces.open({ tenant: "local", workspace: "con-1" });
    await workspace.write("big.html", "x".repeat(60_000));
    await workspace.close();
    const model = new ScriptedModel([calls(["fetch_url", { url: "http://example.com/" }]), says("Read.")]);

    await world.segment(model, {
      fetch: () =>
        Promise.resolve({
          url: "http://example.com/",
          status: 200,
          contentType: "text/plain",
          body: Buffer.from("y".repeat(20_000)),
          truncated: false,
        }),
    });

    const told = model.requests[1]?.messages.at(-1);
    expect(told?.role === "tool" && told.content.length).toBeLessThan(3_000);
    expect(told?.role === "tool" && told.content).toContain(".deputy/results/0001.txt");
  });

  it("versions the workspace when fetch_url saves a download", async () => {
    await world.begin("Fetch");
    const model = new ScriptedModel([
      calls(["fetch_url", { url: "http://example.com/a.zip" }]),
      says("Saved."),
    ]);

    await world.segment(model, {
      fetch: () =>
        Promise.resolve({
          url: "http://example.com/a.zip",
          status: 200,
          contentType: "application/zip",
          body: Buffer.from([0x50, 0x4b, 3, 4, 0, 0, 0, 0]),
          truncated: false,
        }),
    });

    const row = await world.store.read((tx) => tx.manifests.latest("con-1"));
    const manifest = await world.workspaces.blobs.getManifest(row?.digest ?? "");
    expect(manifest.map((file) => file.path)).toEqual([expect.stringContaining("downloads/")]);
  });

  it("ends a run whose journal cannot be read with a message (I13, I14)", async () => {
    await world.begin("Broken");
    const run = await world.run();
    const end = await world.segment(new ScriptedModel([calls(["ask_person", { question: "Q?" }])]));
    expect(end).toBe("parked");
    await world.store.write(async (tx) => {
      await tx.runs.wake(asRunId(run.id));
    });
    await world.restart();
    const { default: Database } = await import("better-sqlite3");
    const raw = new Database(`${world.folder}/deputy.db`);
    raw.prepare("update steps set result = 'garbage' where n = 0").run();
    raw.close();

    expect(await world.segment(new ScriptedModel([]))).toBe("settled");

    expect(await world.run()).toMatchObject({ state: "failed", outcome: { code: "run.corrupt" } });
    expect((await world.posts()).at(-1)).toMatchObject({ kind: "result", outcome: "failed" });
  });
});
