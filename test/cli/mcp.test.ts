// `deputy mcp`: what waits is shown with nothing hidden, and approved as it was seen (MCP-5).

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { runCli } from "../../src/cli/run-cli.ts";
import { type FakeMcp, startFakeMcp } from "../fakes/mcp/mcp-server.ts";

const Listed = z.object({
  servers: z.array(
    z.looseObject({
      name: z.string(),
      tools: z.array(z.looseObject({ tool: z.string(), state: z.string() })),
    }),
  ),
});
const Review = z.object({
  tools: z.array(
    z.looseObject({ tool: z.string(), state: z.string(), pin: z.string(), changes: z.array(z.unknown()) }),
  ),
});

describe("cli/mcp", () => {
  let folder: string;
  let fake: FakeMcp;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "deputy-cli-"));
    fake = await startFakeMcp([{ name: "get", description: "Reads" }, { name: "put" }]);
    await writeFile(
      path.join(folder, "deputy.config.yml"),
      `mcp:\n  crm:\n    url: ${fake.url}\n    tools: { get: { effect: read } }\n  away:\n    url: http://127.0.0.1:1/mcp\n`,
    );
  });
  afterEach(async () => {
    await fake.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function deputy(
    ...argv: string[]
  ): Promise<{ code: number; out: string; err: string; json: unknown }> {
    let out = "";
    let err = "";
    const code = await runCli({
      argv: ["mcp", ...argv],
      env: {
        DEPUTY_DATA: folder,
        DEPUTY_EGRESS_ALLOW: `127.0.0.1:${fake.port}`,
        USER: "olga",
        DEPUTY_LOG_LEVEL: "error",
      },
      cwd: folder,
      stdout: { write: (text: string) => void (out += text) },
      stderr: { write: (text: string) => void (err += text) },
    });
    return { code, out, err, json: argv.includes("--json") && code === 0 ? JSON.parse(out) : undefined };
  }
  const states = async (): Promise<Record<string, string>> => {
    const { servers } = Listed.parse((await deputy("list", "--json")).json);
    return Object.fromEntries(servers.flatMap(({ tools }) => tools.map(({ tool, state }) => [tool, state])));
  };

  it("lists servers with their tools, and why a server can't be looked at", async () => {
    expect(await states()).toEqual({ get: "approved", put: "waiting" });
    const { out } = await deputy("list");
    expect(out).toMatch(/crm\s+put\s+waiting\s+write-external\s+once/);
    expect(out).toMatch(/away\s+-\s+The server away can't be reached/);
  });

  it("MCP-5: reviews what waits, and approves it, on record with who did", async () => {
    const review = Review.parse((await deputy("review", "--json")).json);
    expect(review.tools).toMatchObject([{ tool: "put", state: "waiting", approved_pin: null }]);

    expect((await deputy("approve", "crm", "put", "--pin", "00ff")).code).toBe(1);
    const done = await deputy("approve", "crm", "put", "--pin", review.tools[0]?.pin.slice(0, 12) ?? "");
    expect(done).toMatchObject({ code: 0, out: expect.stringContaining("crm put is approved") });
    expect(await states()).toEqual({ get: "approved", put: "approved" });
    expect((await deputy("review")).out).toBe("Nothing waits for approval.\n");
  });

  it("MCP-5: shows what changed with invisible characters made visible, and nothing is used before it is approved", async () => {
    await states();
    fake.tools = [{ name: "get", description: "Reads\u202e everything" }, { name: "put" }];
    const { out } = await deputy("review", "crm");
    expect(out).toContain("get: quarantined");
    expect(out).toContain('- description: "Reads"');
    expect(out).toContain('+ description: "Reads\\u{202e} everything"');
    expect(await states()).toEqual({ get: "quarantined", put: "waiting" });

    // MD1: a server that changes again after the review gets nothing approved that nobody saw.
    const { tools } = Review.parse((await deputy("review", "crm", "--json")).json);
    fake.tools = [{ name: "get", description: "Reads, and worse" }, { name: "put" }];
    await deputy("approve", "crm");
    expect(await states()).toEqual({ get: "approved", put: "approved" });
    await deputy("review", "crm");
    expect(await states()).toEqual({ get: "quarantined", put: "approved" });
    expect(tools).toHaveLength(2);
  });

  it("I14: names what is not there", async () => {
    expect(await deputy("approve", "erp")).toMatchObject({
      code: 1,
      err: expect.stringContaining("Known: crm, away"),
    });
    expect(await deputy("approve", "crm", "nothing")).toMatchObject({
      code: 1,
      err: expect.stringContaining("has shown no tool nothing"),
    });
    expect(await deputy("approve", "away")).toMatchObject({
      code: 1,
      err: expect.stringContaining("Nothing was seen of the server away"),
    });
  });

  it("MCP-11: shows a command whole, however long, with nothing hidden in it", async () => {
    const long = `--${"x".repeat(500)}`;
    await writeFile(
      path.join(folder, "deputy.config.yml"),
      `mcp:\n  local:\n    command: node\n    args: ["/srv/server.js", "${long}", "two words", "a\\u202eb"]\n`,
    );
    const { out } = await deputy("list", "--offline");
    expect(out).toContain(`local is started in the sandbox: node /srv/server.js ${long} "two words" `);
    expect(out).toContain("u{202e}");
    expect(out).not.toContain("\u202e");
  });
});
