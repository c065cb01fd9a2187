// Servers that nobody here wrote, with the client of the product: started in the sandbox, and over HTTP on loopback.

import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../../src/base/clock.ts";
import { silentLogger } from "../../../src/base/logger.ts";
import { Secret } from "../../../src/base/secret.ts";
import { asRunId } from "../../../src/domain/ids.ts";
import type { McpServer } from "../../../src/tools/mcp/contract.ts";
import { createSandbox } from "../../../src/tools/sandbox/sandbox.ts";
import { processesWith } from "../sandbox/processes-with.ts";
import { ana, type McpWorld, openMcpWorld, reading, writing } from "./mcp-world.ts";

const packages = path.resolve(import.meta.dirname, "../../../node_modules/@modelcontextprotocol");
const scriptOf = (name: string): string => path.join(packages, `server-${name}`, "dist/index.js");

type Started = Extract<McpServer["at"], { kind: "command" }>;

const started = (
  name: string,
  tools: McpServer["tools"],
  more: Partial<Started> & { args?: string[] } = {},
): McpServer => {
  const { args = [], ...rest } = more;
  return {
    name,
    at: { kind: "command", command: "node", env: {}, ...rest, args: [scriptOf(name), ...args] },
    tools,
  };
};

let world: McpWorld | undefined;
const sandbox = createSandbox({ clock: systemClock, log: silentLogger, allow: [], alone: true });
const open = async (server: McpServer, allow: readonly string[] = []): Promise<McpWorld> => {
  world = await openMcpWorld({ others: () => [server], sandbox, allow });
  return world;
};
const text = async (tool: string, args: unknown, step = 1): Promise<string> => {
  if (!world) throw new Error("no world");
  const outcome = await world.call(await world.tool(tool), args, { step });
  if (outcome.kind !== "result") throw new Error(`answered with ${outcome.kind}`);
  return outcome.content;
};

afterEach(async () => {
  await world?.close();
  world = undefined;
});
afterAll(() => sandbox.close());

describe("mcp: servers that others wrote, in the sandbox", () => {
  it("server-memory: keeps what it knows in its own folder of the conversation, also after its session", async () => {
    const knows = { entities: [{ name: "Acme", entityType: "customer", observations: ["renews in May"] }] };
    const memory = started(
      "memory",
      { create_entities: writing, read_graph: reading },
      { env: { MEMORY_FILE_PATH: new Secret("/state/memory.jsonl") } },
    );
    const { workspace, mcp } = await open(memory);
    expect(await text("memory__create_entities", knows)).toContain("Acme");
    expect((await workspace.readText(".deputy/mcp/memory/memory.jsonl", 10_000)).text).toContain(
      "renews in May",
    );
    await mcp.leave(asRunId(`run_${ana}`), false);
    expect(await text("memory__read_graph", {})).toContain("renews in May");
  });

  it("server-filesystem: reads the workspace and writes nowhere in it", async () => {
    const filesystem = started(
      "filesystem",
      { read_text_file: reading, write_file: writing, list_directory: reading },
      { args: ["/workspace", "/state"] },
    );
    const { workspace } = await open(filesystem);
    await workspace.write("notes.md", "renewal of Acme");
    expect(await text("filesystem__read_text_file", { path: "/workspace/notes.md" })).toContain(
      "renewal of Acme",
    );
    expect(await text("filesystem__write_file", { path: "/workspace/x.md", content: "x" })).toMatch(
      /EROFS|read-only/i,
    );
    await text("filesystem__write_file", { path: "/state/x.md", content: "kept" });
    expect(await text("filesystem__read_text_file", { path: "/etc/passwd" })).toMatch(/denied/i);
    expect(await text("filesystem__list_directory", { path: "/state" })).toContain("x.md");
  });

  it("server-everything: text, sums, long work with progress, and an environment of ours alone", async () => {
    const everything = started(
      "everything",
      {
        echo: reading,
        "get-sum": reading,
        "get-env": reading,
        "trigger-long-running-operation": reading,
        "get-tiny-image": reading,
      },
      { env: { CRM_REGION: new Secret("eu-1") }, args: ["stdio"] },
    );
    await open(everything);
    expect(await text("everything__echo", { message: "hello" })).toContain("hello");
    expect(await text("everything__get-sum", { a: 2, b: 40 })).toContain("42");
    const env = await text("everything__get-env", {});
    expect(env).toContain("eu-1");
    expect(env).not.toMatch(/DEPUTY|VITEST|npm_/);
    expect(await text("everything__trigger-long-running-operation", { duration: 1, steps: 4 })).toContain(
      "completed",
    );
    expect(await text("everything__get-tiny-image", {})).not.toBe("");
  });

  it("MCP-11: starts the file that was meant, and no other", async () => {
    const digest = (content: Buffer): string =>
      `sha512-${createHash("sha512").update(content).digest("base64")}`;
    const right = digest(await readFile(scriptOf("memory")));
    const tools = { read_graph: reading };
    await open(
      started("memory", tools, { integrity: right, env: { MEMORY_FILE_PATH: new Secret("/state/m") } }),
    );
    expect(await text("memory__read_graph", {})).toContain("entities");
    await world?.close();
    const other = await open(started("memory", tools, { integrity: digest(Buffer.from("another")) }));
    await other.offer();
    const [state] = (await other.mcp.states()).filter(({ server }) => server === "memory");
    expect(state?.problem).toMatch(/not the file .* is the digest of.*sha512-/);
    expect(state?.problem).toContain(right);
  });

  it("SBX-5: without a sandbox the server is off, and nothing is started on this machine", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "deputy-others-"));
    const none = createSandbox({
      clock: systemClock,
      log: silentLogger,
      allow: [],
      alone: true,
      bubblewrap: path.join(folder, "no-bwrap"),
    });
    world = await openMcpWorld({ others: () => [started("everything", { echo: reading })], sandbox: none });
    await world.offer();
    const states = await world.mcp.states();
    expect(states.find(({ server }) => server === "everything")?.problem).toMatch(
      /runs in the sandbox or not at all/,
    );
    expect(processesWith(scriptOf("everything"))).toBe(0);
    await none.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("SD2, SD3: a program that ends by itself is told in the log, redacted and cut, and the next call starts it again", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "deputy-others-"));
    const script = path.join(folder, "server.sh");
    await writeFile(script, `echo "${"x".repeat(5_000)} gone wrong" >&2; exit 7\n`);
    const warned: unknown[] = [];
    const log = { ...silentLogger, warn: (_message: string, facts?: object) => void warned.push(facts) };
    world = await openMcpWorld({
      others: () => [
        {
          name: "broken",
          at: { kind: "command", command: "bash", args: [script], env: {} },
          tools: { x: reading },
        },
      ],
      sandbox,
      log,
    });
    await world.offer();
    expect(warned).toContainEqual(
      expect.objectContaining({
        server: "broken",
        ending: "exit 7",
        stderr: expect.stringMatching(/^x{1980,2000} gone wrong\n$/),
      }),
    );
    await rm(folder, { recursive: true, force: true });
  });
});

describe("mcp: server-everything over HTTP", () => {
  let child: ChildProcess;
  let port: number;
  beforeAll(async () => {
    const probe = createServer().listen(0, "127.0.0.1");
    await once(probe, "listening");
    const address = probe.address();
    port = typeof address === "object" && address !== null ? address.port : 0;
    probe.close();
    await once(probe, "close");
    child = spawn(process.execPath, [scriptOf("everything"), "streamableHttp"], {
      env: { PORT: String(port), PATH: process.env["PATH"] },
      stdio: ["ignore", "ignore", "pipe"],
    });
    for await (const piece of child.stderr ?? []) if (String(piece).includes("listening")) break;
  });
  afterAll(async () => {
    child.kill("SIGKILL");
    await once(child, "exit");
  });

  it("calls tools in a session of the run", async () => {
    const at = { kind: "http", url: `http://127.0.0.1:${port}/mcp` } as const;
    const tools = { echo: reading, "get-sum": reading, "trigger-long-running-operation": reading };
    await open({ name: "everything", at, tools }, [`127.0.0.1:${port}`]);
    expect(await text("everything__echo", { message: "hello" })).toContain("hello");
    expect(await text("everything__get-sum", { a: 2, b: 40 })).toContain("42");
    expect(await text("everything__trigger-long-running-operation", { duration: 1, steps: 4 })).toContain(
      "completed",
    );
  });
});
