// Programs that run beside the commands of a run (MCP-11, X5), in real sandboxes.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Secret } from "../../../src/base/secret.ts";
import type { Service, ServiceOrder } from "../../../src/tools/sandbox/contract.ts";
import { processesWith } from "./processes-with.ts";
import { openSandboxWorld, run, type SandboxWorld } from "./sandbox-world.ts";

const order = (script: string, more: Partial<ServiceOrder> = {}): ServiceOrder => ({
  name: "crm",
  program: ["/bin/bash", "-c", script],
  env: {},
  shown: [],
  onDenied: () => undefined,
  ...more,
});

async function said(stream: NodeJS.ReadableStream): Promise<string> {
  let text = "";
  for await (const piece of stream) text += String(piece);
  return text.trim();
}

describe("sandbox: services", () => {
  let world: SandboxWorld;
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "deputy-service-"));
    world = await openSandboxWorld();
  });
  afterEach(async () => {
    await world.close();
    await rm(folder, { recursive: true, force: true });
  });
  const serve = (script: string, more?: Partial<ServiceOrder>): Promise<Service> =>
    world.sandbox
      .forRun({ run, workspace: world.workspace, signal: world.segment.signal })
      .serve(order(script, more));
  const answerOf = async (script: string, more?: Partial<ServiceOrder>): Promise<string> =>
    said((await serve(script, more)).output);

  it("is talked to through its streams, which stay apart", async () => {
    const service = await serve('read line; echo "got $line"; echo oops >&2; exit 3');
    service.input.write("hello\n");
    expect(await said(service.output)).toBe("got hello");
    expect(await said(service.errors)).toBe("oops");
    expect(await service.ended).toEqual({ kind: "exit", code: 3 });
  });

  it("MCP-11, RED-4: has the named variables besides the usual ones, and nobody reads them in the list of processes", async () => {
    const secret = "the-key-of-the-server";
    const service = await serve("env; echo done; read wait", {
      env: { CRM_KEY: new Secret(secret), ODD: new Secret("a=b\n c") },
    });
    let environment = "";
    for await (const line of createInterface(service.output)) {
      if (line === "done") break;
      environment += `${line}\n`;
    }
    expect(environment).toContain(`CRM_KEY=${secret}`);
    expect(environment).toContain("ODD=a=b\n c");
    expect(environment).not.toContain("DEPUTY");
    const usual =
      "PATH HOME TMPDIR USER LANG TERM MPLBACKEND MPLCONFIGDIR PYTHONDONTWRITEBYTECODE PWD SHLVL _";
    const names = environment.match(/^\w+(?==)/gm) ?? [];
    expect(names.toSorted()).toEqual(`${usual} CRM_KEY ODD`.split(" ").toSorted());
    expect(processesWith(secret)).toBe(0);
    await service.end();
  });

  it("X5: reads the workspace and writes a folder of its own alone, which stays and which no command can write", async () => {
    await world.workspace.write("notes.md", "hello");
    const script =
      "cat /workspace/notes.md; touch /workspace/x || echo refused; pwd; echo kept >> /state/memory; cat /state/memory";
    expect(await answerOf(script)).toBe("hellorefused\n/state\nkept");
    expect(await answerOf("cat /state/memory")).toBe("kept");
    expect(await answerOf("ls -A /state", { name: "other" })).toBe(".keep");
    const kept = await world.workspace.readText(".deputy/mcp/crm/memory", 100);
    expect(kept.text).toBe("kept\n");
    const answer = await world.run("cat .deputy/mcp/crm/memory; echo x >> .deputy/mcp/crm/memory");
    expect(answer.text).toContain("kept");
    expect(answer.text).toMatch(/Read-only file system/);
  });

  it("X5: a link that it makes in its folder leads no command and no file tool out of the workspace", async () => {
    await answerOf("ln -s / /state/out; ln -s /etc/passwd /state/file");
    await expect(world.workspace.readText(".deputy/mcp/crm/file", 100)).rejects.toThrow(/link|file/i);
    expect((await world.run("cat .deputy/mcp/crm/file | head -1")).text).toContain("agent:x:1000");
  });

  it("MCP-11: sees of this machine the files that it is shown, and no network", async () => {
    const shown = path.join(folder, "server.sh");
    await writeFile(shown, "echo from-the-file");
    await writeFile(path.join(folder, "secret"), "secret");
    const more = { shown: [shown] };
    expect(
      await answerOf(
        `bash ${shown}; cat ${folder}/secret || echo hidden; echo x > ${shown} || echo fixed`,
        more,
      ),
    ).toBe("from-the-file\nhidden\nfixed");
    expect(
      await answerOf(
        "ls /home /root 2>&1 | grep -c 'No such'; (echo > /dev/tcp/127.0.0.1/22) 2>&1 | head -1",
      ),
    ).toMatch(/^2\n.*(refused|unreachable)/);
    expect(await readFile(shown, "utf8")).toBe("echo from-the-file");
  });

  it("X3: ends with the segment, with `end` and with the sandbox, with all that it has started", async () => {
    const mark = `mark-${path.basename(folder)}`;
    const script = `(exec -a ${mark} sleep 1000) & exec -a ${mark} sleep 1000`;
    const started = async (): Promise<Service> => {
      const service = await serve(script);
      await expect.poll(() => processesWith(mark)).toBeGreaterThan(1);
      return service;
    };
    const first = await started();
    await first.end();
    expect(processesWith(mark)).toBe(0);
    const second = await started();
    world.segment.abort();
    expect(await second.ended).toEqual({ kind: "killed", why: "stopped" });
    await expect.poll(() => processesWith(mark)).toBe(0);
    world.nextSegment();
    await started();
    await world.sandbox.leave(run, false);
    expect(processesWith(mark)).toBe(0);
    const looked = await world.sandbox.serve(order(script));
    await world.sandbox.close();
    expect((await looked.ended).kind).toBe("killed");
  });

  it("SBX-3: ends where it takes too much", async () => {
    await world.close();
    world = await openSandboxWorld({ limits: { processes: 20 } });
    const service = await serve("while true; do sleep 100 & done");
    expect(await service.ended).toEqual({ kind: "killed", why: "processes" });
  });

  it("SBX-5, X1: nothing falls back to the host", async () => {
    await world.close();
    world = await openSandboxWorld({ bubblewrap: path.join(folder, "no-bwrap") });
    await expect(serve("echo hello")).rejects.toThrow(/can't be run here/);
    await expect(world.sandbox.serve(order("echo hello"))).rejects.toThrow(/can't be run here/);
  });
});
