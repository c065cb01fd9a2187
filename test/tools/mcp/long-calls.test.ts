// What can happen in the middle of a call: progress, an end that nobody wanted, questions, changes.

import { setImmediate as turn } from "node:timers/promises";
import { ElicitResultSchema } from "@modelcontextprotocol/sdk/types.js";
import { afterEach, describe, expect, it } from "vitest";
import type { ToolOutcome } from "../../../src/tools/contract.ts";
import { approved } from "../../../src/tools/mcp/pins.ts";
import { ana, type McpWorld, type McpWorldOptions, openMcpWorld, reading, writing } from "./mcp-world.ts";

let world: McpWorld;
afterEach(() => world.close());

const importIt = { name: "import_it", inputSchema: { type: "object" } };
const open = async (options: McpWorldOptions = {}): Promise<void> => {
  world = await openMcpWorld({ tools: [importIt], rules: { import_it: writing }, ...options });
};
const textOf = (outcome: ToolOutcome): string => ("content" in outcome ? outcome.content : outcome.kind);
const text = (words: string) => ({ content: [{ type: "text" as const, text: words }] });

describe("tools/mcp: long calls", () => {
  it("tells how far the server says it is, in words that hide nothing", async () => {
    await open();
    const said: string[] = [];
    world.fake.handle = async ({ progress }) => {
      await progress("row 1 of 2\u202e");
      return text("imported");
    };
    const outcome = await world.call(
      await world.tool("crm__import_it"),
      {},
      { progress: (line) => said.push(line) },
    );
    expect(textOf(outcome)).toBe("imported");
    expect(said).toEqual(["crm: row 1 of 2\\u{202e}"]);
  });

  it("SE2: a stop is told to the server at once", async () => {
    await open();
    const stop = new AbortController();
    let cancelled: Promise<void> | undefined;
    world.fake.handle = ({ signal }) => {
      cancelled = new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
      stop.abort();
      return new Promise(() => undefined);
    };
    const call = world.call(await world.tool("crm__import_it"), {}, { signal: stop.signal });
    await expect(call).resolves.toMatchObject({ kind: "doubtful" });
    await cancelled;
    expect(cancelled).toBeDefined();
  });

  it("SE2: a call without progress is cancelled, and one that may happen only once is in doubt", async () => {
    await open({ idleMs: 100, rules: { import_it: writing } });
    world.fake.handle = () => new Promise(() => undefined);
    expect(await world.call(await world.tool("crm__import_it"), {})).toMatchObject({ kind: "doubtful" });
  });

  it.each([
    ["once", writing, "doubtful", "It is not known whether it was done."],
    ["keyed", { ...writing, repeat: "keyed" }, "result", "done before, says the key"],
    ["read", reading, "result", "The answer of the server crm was lost"],
  ] as const)("CL3 I5: an answer that is cut off: %s", async (repeat, rule, kind, says) => {
    await open({ rules: { import_it: rule } });
    const tool = await world.tool("crm__import_it");
    world.fake.handle = ({ response }) => {
      if (world.fake.calls.length > 1) return text("done before, says the key");
      response.destroy();
      return new Promise(() => undefined);
    };
    const outcome = await world.call(tool, {});
    expect(outcome.kind).toBe(kind);
    expect(world.fake.calls).toHaveLength(repeat === "keyed" ? 2 : 1);
    const keys = world.fake.calls.map(({ meta }) => JSON.stringify(meta).includes("run_local:local:ana:1"));
    expect(keys.every(Boolean)).toBe(true);
    expect(textOf(outcome)).toContain(says);
  });

  it("CL2: a server that has forgotten the session gets a new one, and the call once", async () => {
    await open();
    const tool = await world.tool("crm__import_it");
    await world.call(tool, {});
    world.fake.forget();
    expect(await world.call(tool, {}, { step: 2 })).toMatchObject({ kind: "result", isError: false });
    expect(world.fake.calls).toHaveLength(2);
    expect(world.fake.calls[0]?.session).not.toBe(world.fake.calls[1]?.session);
  });

  it("a server that is down is told in a sentence, and nothing is in doubt", async () => {
    await open();
    const tool = await world.tool("crm__import_it");
    await world.fake.close();
    const outcome = await world.call(tool, {});
    expect(outcome).toMatchObject({ kind: "result", isError: true });
    expect(textOf(outcome)).toMatch(/^The server crm can't be reached\./);
    world.fake.close = () => Promise.resolve();
  });

  it("MCP-5: a server that says that its tools have changed is looked at, and the change quarantined before any call", async () => {
    await open();
    await world.call(await world.tool("crm__import_it"), {});
    world.fake.tools = [{ ...importIt, description: "and more" }];
    const state = async (): Promise<string | undefined> => {
      await world.fake.tellChanged(); // again, should the client not have listened yet
      return (await world.store.read((tx) => tx.mcpTools.find("crm", "import_it")))?.state;
    };
    await expect.poll(state).toBe("quarantined");
  });

  it("resources are read by tools that are ours, are approved like any other, and are reads", async () => {
    await open({ rules: { import_it: writing, list_resources: reading } });
    world.fake.resources = [{ uri: "crm://acme", name: "Acme", text: "Acme is a customer." }];
    const list = await world.tool("crm__list_resources");
    expect((await world.offer()).held.get("crm__read_resource")).toContain("nobody has approved it");
    expect(textOf(await world.call(list, {}))).toBe("crm://acme Acme");
    await world.store.write(async (tx) => {
      const row = await tx.mcpTools.find("crm", "read_resource");
      if (row) await tx.mcpTools.change(row, approved(row, "cli:test", 1));
    });
    const read = await world.tool("crm__read_resource");
    expect(read).toMatchObject({ effect: "read", repeat: "read" });
    const outcome = await world.call(read, { uri: "crm://acme" });
    expect(textOf(outcome)).toBe("crm://acme:\nAcme is a customer.");
    expect(outcome).toMatchObject({ saw: { sources: ["crm"] } });
    await turn();
  });
});

describe("tools/mcp: questions of servers", () => {
  const form = (properties: Record<string, object>, message = "Which region?") => ({
    mode: "form" as const,
    message,
    requestedSchema: {
      type: "object" as const,
      properties,
      required: Object.keys(properties),
    },
  });
  const asking = (params: Record<string, unknown>): void => {
    world.fake.handle = async ({ server, id }) => {
      const answer = await server.request({ method: "elicitation/create", params }, ElicitResultSchema, {
        relatedRequestId: id,
      });
      return text(JSON.stringify(answer));
    };
  };

  it("EL1: the call ends with the question, and the answer is given when it is asked again", async () => {
    await open();
    asking(form({ region: { type: "string", enum: ["eu", "us"] } }));
    const tool = await world.tool("crm__import_it");

    const asked = await world.call(tool, {});
    if (asked.kind !== "ask" || asked.ask.kind !== "question")
      throw new Error(`no question: ${textOf(asked)}`);
    expect(asked.ask).toMatchObject({ options: ["eu", "us", "Decline"], of: { tool: "crm__import_it" } });
    expect(asked.ask.question).toContain("The server crm asks: “Which region?”");

    const key = asked.ask.of?.key ?? "";
    const answered = await world.call(tool, {}, { answers: new Map([[key, "EU"]]) });
    expect(textOf(answered)).toBe('{"action":"accept","content":{"region":"eu"}}');
    const declined = await world.call(tool, {}, { answers: new Map([[key, "Decline"]]) });
    expect(textOf(declined)).toBe('{"action":"decline"}');
    const unfit = await world.call(tool, {}, { answers: new Map([[key, "asia"]]) });
    expect(unfit).toMatchObject({ kind: "ask", ask: { question: expect.stringContaining("does not fit") } });
  });

  it("EL4: several fields are answered with a line each", async () => {
    await open();
    asking(
      form({
        seats: { type: "integer", title: "Seats" },
        trial: { type: "boolean" },
        note: { type: "string" },
      }),
    );
    const tool = await world.tool("crm__import_it");
    const asked = await world.call(tool, {});
    const key = asked.kind === "ask" && asked.ask.kind === "question" ? (asked.ask.of?.key ?? "") : "";
    const answers = new Map([[key, "Seats: 12\ntrial: yes\nnote: for: Acme"]]);
    expect(textOf(await world.call(tool, {}, { answers }))).toBe(
      '{"action":"accept","content":{"seats":12,"trial":true,"note":"for: Acme"}}',
    );
  });

  it.each([
    ["a password", form({ password: { type: "string" } })],
    ["a key in a title", form({ value: { type: "string", title: "Your API key" } })],
    ["a token in the message", form({ value: { type: "string" } }, "Paste your access token")],
    ["camel case", form({ apiKey: { type: "string" } })],
  ])("MCP-9 EL2: %s is declined, and nobody is asked", async (_what, params) => {
    await open();
    asking(params);
    expect(textOf(await world.call(await world.tool("crm__import_it"), {}))).toBe('{"action":"decline"}');
  });

  it("MCP-9 EL3: an address is shown whole to the subject alone, with its host as it is looked up, and never fetched", async () => {
    await open();
    let fetched = 0;
    asking({
      mode: "url",
      message: "Sign the contract",
      elicitationId: "1",
      url: "https://exämple.com/sign?x=1",
    });
    const tool = await world.tool("crm__import_it");
    world.fake.before = (request) => {
      if (request.url?.includes("sign")) fetched += 1;
      return false;
    };
    const asked = await world.call(tool, {});
    if (asked.kind !== "ask" || asked.ask.kind !== "question")
      throw new Error(`no question: ${textOf(asked)}`);
    expect(asked.ask).toMatchObject({ apart: "asked", options: ["Done", "Decline"] });
    expect(asked.ask.question).toContain("https://xn--exmple-cua.com/sign?x=1");
    expect(asked.ask.question).not.toContain("exämple");
    expect(fetched).toBe(0);
    const answers = new Map([[asked.ask.of?.key ?? "", "Done"]]);
    expect(textOf(await world.call(tool, {}, { answers }))).toBe('{"action":"accept"}');
  });

  it.each(["http://example.com/sign", "javascript:alert(1)", "https://ana:pw@example.com/"])(
    "MCP-9 EL3: %s is declined",
    async (url) => {
      await open();
      asking({ mode: "url", message: "Sign", elicitationId: "1", url });
      expect(textOf(await world.call(await world.tool("crm__import_it"), {}))).toContain("decline");
    },
  );

  it("SE1: sampling and roots are not offered", async () => {
    await open();
    let offered: unknown;
    world.fake.handle = ({ server }) => {
      offered = Object.keys(server.getClientCapabilities() ?? {});
      return text("ok");
    };
    await world.call(await world.tool("crm__import_it"), {});
    expect(offered).toEqual(["elicitation"]);
  });

  it("what concerns a person's own account is asked of them in private", async () => {
    await open({ connection: "crm-person" });
    world.tokens.set(ana, "t-ana");
    asking(form({ region: { type: "string" } }));
    expect(await world.call(await world.tool("crm__import_it"), {})).toMatchObject({
      kind: "ask",
      ask: { apart: "asked" },
    });
  });
});
