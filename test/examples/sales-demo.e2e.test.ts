import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { collect, runDeputy, startChild } from "../support/child.ts";

let folder: string;
let demo: { readonly code: unknown; readonly stdout: string; readonly stderr: string };

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "deputy-sales-"));
  const child = startChild("scripts/demo.mjs", ["--story", "sales"], { DEPUTY_DATA: folder });
  const output = collect(child);
  const [code] = await once(child, "close");
  demo = { code, ...output() };
}, 90_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("npm run demo -- --story sales", () => {
  it("ends by itself, and shows each step in its order", () => {
    const order = [
      "prepare the renewal of Acme",
      "Connect Fernway CRM",
      "“Sign in to Fernway”",
      "she presses “Allow”",
      "Connect Fernway Mail",
      "Approval needed from Ana: mail__send: jo.keller@acme.example",
      "Kind regards,",
      "jo.keller@acme.example comes from crm",
      "Ana: Approved",
      "was sent from your mailbox",
      "Whose rights each step used",
      "Letters sent: 1, to jo.keller@acme.example. Activities logged: 1.",
      "Tokens given back when the work ended: 4",
      "Look around:",
    ];
    const places = order.map((text) => demo.stdout.indexOf(text));

    expect(demo.stderr).toBe("");
    expect(demo.code).toBe(0);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places[0]).toBeGreaterThanOrEqual(0);
    expect(demo.stdout).toMatch(/mail__send +Ana's +done/);
    expect(demo.stdout).toMatch(/write_file +its own +done/);
    expect(demo.stdout).not.toMatch(/\/connect\/[\w-]{20}/);
  });

  it("leaves a journal in which the command that it names finds whose rights were used", async () => {
    const run = /runs show (run_\w+)/.exec(demo.stdout)?.[1] ?? "";
    const { stdout } = await runDeputy(["runs", "show", run, "--json"], {
      DEPUTY_DATA: path.join(folder, "demo-sales"),
    });

    expect(JSON.parse(stdout)).toMatchObject({
      steps: expect.arrayContaining([
        expect.objectContaining({ tool: "mail__send", identity: "local:local:ana", state: "done" }),
      ]),
    });
  });
});
