import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { runCli } from "../../src/cli/run-cli.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "deputy-diff-"));
  const rule = (decision: string): string =>
    `policy: [{ name: mail, match: { tool: "mail__*" }, decision: ${decision} }]\n`;
  await writeFile(path.join(folder, "old.yml"), rule("deny"));
  await writeFile(path.join(folder, "deputy.config.yml"), rule("ask"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function diff(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = "";
  let err = "";
  const code = await runCli({
    argv: ["policy", "diff", ...argv],
    env: { DEPUTY_DATA: folder },
    cwd: folder,
    stdout: { write: (chunk) => void (out += chunk) },
    stderr: { write: (chunk) => void (err += chunk) },
  });
  return { code, out, err };
}

it("POL-6: tells what the file in use loosens against another, and by exit code where that is asked", async () => {
  expect(await diff("old.yml")).toEqual({
    code: 0,
    out: "looser   rule mail: changed (deny is ask)\n",
    err: "",
  });
  expect((await diff("old.yml", "--exit-code")).code).toBe(1);
  expect(await diff("deputy.config.yml", "old.yml", "--exit-code", "--json")).toEqual({
    code: 0,
    out: expect.stringContaining('"tighter":1'),
    err: "",
  });
  expect(await diff("old.yml", "old.yml")).toEqual({ code: 0, out: "The rules decide the same.\n", err: "" });
  expect(await diff("none.yml")).toMatchObject({
    code: 1,
    err: "none.yml can't be read: there is no such file.\n",
  });
});
