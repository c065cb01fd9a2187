// An act that the rules want asked, in the whole product: asked in the local chat, decided there and from the command line.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { parseJson } from "../../src/base/json.ts";
import { defineTool } from "../../src/tools/contract.ts";
import { runCli } from "../../src/cli/run-cli.ts";
import { finishes, type Product, settingsOf, startProduct, uses } from "./product.ts";

const rules = `
groups: { desk: ["local:cli:operator", "local:local:ana"] }
policy:
  - name: letters-need-a-look
    layer: org
    match: { tool: send_letter }
    decision: ask
    approvers: ["group:desk"]
  - name: letters-to-many
    layer: org
    match: { tool: send_letter }
    where: [{ path: /to, op: equals, value: everybody }]
    decision: deny
`;
const Listed = z.object({ approvals: z.array(z.looseObject({ id: z.string() })) });
const Shown = z.object({ steps: z.array(z.looseObject({ tool: z.string().optional() })) });
const sent: string[] = [];
const letter = defineTool({
  name: "send_letter",
  description: "Sends a letter",
  effect: "write-external",
  repeat: "once",
  origin: "own",
  input: z.object({ to: z.string().describe("To whom") }),
  run: ({ to }) => {
    sent.push(to);
    return Promise.resolve({ kind: "result", content: `Sent to ${to}.` });
  },
});

let folder: string;
let product: Product;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "deputy-approvals-"));
  await writeFile(path.join(folder, "deputy.config.yml"), rules);
  product = await startProduct({ folder, tools: [letter] });
});
afterAll(async () => {
  await product.stop();
  await rm(folder, { recursive: true, force: true });
});

async function deputy(...args: readonly string[]): Promise<{ readonly code: number; readonly out: string }> {
  let out = "";
  const env = { ...settingsOf(folder, product.model), USER: "operator", DEPUTY_LOG_LEVEL: "error" };
  const sink = { write: (text: string) => ((out += text), true) };
  const code = await runCli({
    argv: [...args],
    env,
    cwd: folder,
    stdout: sink,
    stderr: { write: () => true },
  });
  return { code, out };
}

describe("app: approvals", () => {
  it("APR-5 APR-6: asks in the thread with a card, and does it after the click", async () => {
    const { people, model } = product;
    model.replyTo("clicked", uses(["send_letter", { to: "Bo" }]), finishes("Sent."));
    const thread = await people.ana.asks("@deputy clicked: send the letter");
    const card = await thread.post("attention");
    expect(card.body).toMatchObject({ about: "approval", text: expect.stringContaining("to: Bo") });
    expect(sent).not.toContain("Bo");
    await people.ana.clicks(card, "Approve");
    await thread.post("result");

    expect(sent).toContain("Bo");
  });

  it("APR-3 APR-5: is decided from the command line by whoever is in the set, and by nobody else", async () => {
    const { people, model } = product;
    model.replyTo("typed", uses(["send_letter", { to: "Cy" }]), finishes("Sent."));
    const thread = await people.ana.asks("@deputy typed: send the letter");
    await thread.post("attention");
    const listed = await deputy("approvals", "list", "--json");
    const [one] = Listed.parse(parseJson(listed.out)?.value).approvals;
    expect(one).toMatchObject({
      state: "pending",
      tool: "send_letter",
      arguments: { to: "Cy" },
      approvers: ["group:desk"],
    });
    // Whoever decides here sees what the card shows.
    const text = (await deputy("approvals", "list")).out;
    expect(text).toContain(`${one?.id} send_letter\n  to: Cy\n  Warning: Cy stands nowhere`);
    expect((await deputy("approvals", "decide", "apr_none", "approve")).code).toBe(1);
    expect((await deputy("approvals", "decide", one?.id ?? "", "approve")).code).toBe(0);
    await thread.post("result");

    expect(sent).toContain("Cy");
    await vi.waitFor(async () => {
      const { out } = await deputy("approvals", "list", "--all", "--json");
      expect(out).toContain('"state":"done"');
    });
    const { out } = await deputy("runs", "show", String(one?.["run"]), "--json");
    const { steps } = Shown.parse(parseJson(out)?.value);
    expect(steps.find(({ tool }) => tool === "send_letter")).toMatchObject({
      state: "done",
      approval: one?.id,
    });
  });
});
