// What an operator and the rules do to work that is under way, in the whole product.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { runCli } from "../../src/cli/run-cli.ts";
import { messagesOf } from "../fakes/fake-openai.ts";
import { finishes, type Product, startProduct, uses } from "./product.ts";

/** So many that the work is not over before it is held up. */
const steps = 240;
let product: Product;
beforeAll(async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "deputy-brakes-"));
  await deputy(folder, "tools", "disable", "edit_file");
  product = await startProduct({ folder });
});
afterAll(async () => {
  await product.stop();
  await rm(product.folder, { recursive: true, force: true });
});

async function deputy(folder: string, ...argv: string[]): Promise<number> {
  return runCli({
    argv: [...argv, "--json"],
    env: { DEPUTY_DATA: folder, USER: "op" },
    cwd: folder,
    stdout: { write: () => undefined },
    stderr: { write: () => undefined },
  });
}
const asked = (mark: string): string[] =>
  product.model.requests.map(({ body }) => messagesOf(body)).filter((text) => text.includes(mark));

describe("app: brakes and rules at work", () => {
  it("OPS-1: a pause holds work up within 5 s, says so in the thread, and a release lets it go on", async () => {
    const { people, model, folder } = product;
    const looks = Array.from({ length: steps }, (_, at) => uses(["search_files", { pattern: `word${at}` }]));
    model.replyTo("held-work", ...looks, finishes("It is done."));
    const thread = await people.ana.asks("@deputy do the held-work");
    await vi.waitUntil(() => asked("held-work").length > 2);

    const pausedAt = Date.now();
    expect(await deputy(folder, "agents", "pause", "deputy")).toBe(0);
    const said = await thread.post("notice");
    expect(said.body).toMatchObject({ text: expect.stringContaining("deputy was paused by an operator") });
    expect(said.sentAt - pausedAt).toBeLessThan(5_000);
    const soFar = asked("held-work").length;
    expect(soFar).toBeLessThan(steps);

    expect(await deputy(folder, "agents", "resume", "deputy")).toBe(0);
    await vi.waitUntil(() => asked("held-work").length > soFar);
    await people.ana.writes(thread, "stop");
    await thread.post("result");
  });

  it("OPS-1: a tool that is switched off is refused to the model, and on record", async () => {
    const { people, model } = product;
    const edits = [{ old: "a", new: "b" }];
    model.replyTo("edit-something", uses(["edit_file", { path: "a.md", edits }]), finishes("I could not."));
    const thread = await people.bo.asks("@deputy edit-something");
    await thread.post("result");

    expect(asked("edit-something").at(-1)).toContain("an operator has switched it off for now");
    const rows = await product.app.edges.store.read(async (tx) => {
      const heads = await tx.audit.heads();
      return (await Promise.all(heads.map(({ tenant }) => tx.audit.list(tenant, 0, 1_000)))).flat();
    });
    expect(rows.map(({ line }) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({
        type: "policy.decided",
        tool: "edit_file",
        decision: "deny",
        rules: ["brake-tool"],
      }),
    );
  });

  it("POL-4: a rule that is written while it runs holds for the next call; a broken file changes nothing", async () => {
    const { people, model, folder, app } = product;
    const file = path.join(folder, "deputy.config.yml");
    await writeFile(file, "policy: [{ name: no-notes, match: { tool: write_file }, decision: deny }]\n");
    await app.reread();
    await writeFile(
      file,
      "policy: [{ name: broken, decision: allow, examples: { no_match: [{ tool: a }] } }]\n",
    );
    await app.reread();
    model.replyTo(
      "write-a-note",
      uses(["write_file", { path: "b.md", content: "x" }]),
      finishes("Forbidden."),
    );
    const thread = await people.bo.asks("@deputy write-a-note");
    await thread.post("result");

    expect(asked("write-a-note").at(-1)).toContain("Policy forbids write_file here: rule no-notes");
    expect(await readFile(file, "utf8")).toContain("broken");
    expect(product.log.map(({ msg }) => msg)).toContain(
      "The policy could not be read again; the old one stays",
    );
  });
});
