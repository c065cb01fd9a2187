import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCli } from "../../src/cli/run-cli.ts";
import { createSqliteStore } from "../../src/store/sqlite.ts";
import { openMasterKey } from "../../src/vault/master-key.ts";
import { aQuestion, aRun } from "../contracts/store-rows.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "deputy-cli-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function deputy(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const text = { out: "", err: "" };
  const code = await runCli({
    argv,
    env: { DEPUTY_DATA: folder },
    cwd: folder,
    stdout: { write: (chunk) => void (text.out += chunk) },
    stderr: { write: (chunk) => void (text.err += chunk) },
  });
  return { code, ...text };
}

describe("cli/run-cli", () => {
  it("prints the version and exits 0", async () => {
    expect(await deputy("--version")).toMatchObject({ code: 0, out: "0.1.0\n" });
  });

  it("exits 2 on a command or option that does not exist", async () => {
    expect((await deputy("nonsense")).code).toBe(2);
    expect((await deputy("runs", "list", "--nonsense")).code).toBe(2);
    expect((await deputy("runs", "show")).code).toBe(2);
  });

  it.each([
    [["runs", "list", "--limit", "none"], "--limit none is not a number of runs."],
    [["runs", "list", "--limit", "1e30"], "--limit 1e30 is not a number of runs."],
    [["runs", "list", "--state", "asleep"], "--state asleep is none of queued"],
    [["approvals", "decide", "apr_1", "maybe"], "maybe is no verdict: say approve or deny."],
    [["audit", "erase"], "Say whose: --run ID or --person KEY."],
  ])("exits 2 on %j, which it can't understand", async (argv, problem) => {
    const { code, err } = await deputy(...argv);

    expect(code).toBe(2);
    expect(err).toContain(problem);
  });

  it("L1: --json writes nothing to stdout where it fails", async () => {
    const failed = await deputy("runs", "show", "run_none", "--json");

    expect(failed).toMatchObject({
      code: 1,
      out: "",
      err: expect.stringContaining("There is no run run_none"),
    });
  });

  it("`init` shows the way to Slack's setup, too", async () => {
    const { out } = await deputy("init", "--help");

    expect(out).toContain("deputy manifest slack");
    expect(out).toContain("docs/slack.md");
  });

  it("L1: every command takes --json", async () => {
    const leaves: string[] = [];
    const without: string[] = [];
    const look = async (...at: string[]): Promise<void> => {
      const { out } = await deputy(...at, "--help");
      const [, listed] = /^Commands:\n([\s\S]*)$/m.exec(out) ?? [];
      const names = [...(listed ?? "").matchAll(/^ {2}([a-z][a-z-]*)/gm)].map(([, name = ""]) => name);
      for (const name of names.filter((one) => one !== "help")) await look(...at, name);
      if (names.length > 0) return;
      leaves.push(at.join(" "));
      if (!out.includes("--json")) without.push(at.join(" "));
    };

    await look();

    expect(leaves).toEqual(
      expect.arrayContaining(["dev", "demo", "worker", "workspace restore", "runs list"]),
    );
    expect(without).toEqual([]);
  });

  it("exits 1 with a sentence on an unknown run", async () => {
    const shown = await deputy("runs", "show", "run_none");

    expect(shown.code).toBe(1);
    expect(shown.err).toContain("There is no run run_none");
  });

  it("runs list --json writes one JSON value", async () => {
    const printed = await deputy("runs", "list", "--json");

    expect(printed.code).toBe(0);
    expect(JSON.parse(printed.out)).toEqual({ runs: [] });
  });

  it("OR1: says that there was no database, and nothing of it where there is one", async () => {
    const first = await deputy("stop-all", "--json");
    const second = await deputy("stop-all", "--json");

    expect(first.code).toBe(0);
    expect(first.err).toContain(
      `there was no database in ${folder}, so an empty one is made. Set DEPUTY_DATA`,
    );
    expect(second).toMatchObject({ code: 0, err: "" });
  });

  it("runs list says what each run waits for", async () => {
    const store = await createSqliteStore({ path: path.join(folder, "deputy.db") });
    const run = await aRun(store, "parked");
    await store.write((tx) => tx.waits.open(aQuestion("wait_1", run.id)));
    await store.close();

    const { out } = await deputy("runs", "list");

    const [head, row] = out.split("\n").map((line) => line.split(/ {2,}/));
    expect([head?.[2], row?.[2]]).toEqual(["WAITS FOR", "question"]);
  });

  it("workspace restore takes no file for a folder", async () => {
    await writeFile(path.join(folder, "mine"), "");

    const { code, err } = await deputy("workspace", "restore", "run_none", "1", "mine");

    expect({ code, err }).toEqual({ code: 1, err: "mine is a file. Name a new folder.\n" });
  });

  it("keys rotate says that there is no key to change", async () => {
    const store = await createSqliteStore({ path: path.join(folder, "deputy.db") });
    await openMasterKey(store, { dataFolder: folder });
    await store.close();

    expect(await deputy("keys", "rotate")).toEqual({
      code: 0,
      out: "No account was connected so far, so there is no data key.\n",
      err: "",
    });
  });

  it("doctor says that the master key of the database is gone: nothing starts without it (MK1)", async () => {
    const store = await createSqliteStore({ path: path.join(folder, "deputy.db") });
    await openMasterKey(store, { dataFolder: folder });
    await store.close();
    await rm(path.join(folder, "keys"), { recursive: true });

    const { code, out } = await deputy("doctor", "--offline", "--json");

    expect(code).toBe(1);
    expect(JSON.parse(out).checks).toContainEqual(
      expect.objectContaining({ id: "master-key", status: "fail", fix: expect.stringContaining("Restore") }),
    );
  });

  it("demo says that its file can't be read before it starts anything", async () => {
    const { code, out, err } = await deputy("demo", "--file", "none.csv");

    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toBe("none.csv can't be read: there is no such file.\n");
    await expect(stat(path.join(folder, "demo"))).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("workspace restore writes into no folder that holds something", async () => {
    await writeFile(path.join(folder, "mine"), "");

    const { code, err } = await deputy("workspace", "restore", "run_none", "1", ".");

    expect({ code, err }).toEqual({
      code: 1,
      err: ". is not empty. Name a new folder: nothing is overwritten.\n",
    });
  });

  it("audit keys says that there is none yet, beside the file that they are kept in", async () => {
    await deputy("migrate");

    expect(await deputy("audit", "keys")).toEqual({
      code: 0,
      out: "",
      err: "Nothing signs the log yet: its key is made with the first checkpoint.\n",
    });
  });

  it.each([
    ["runs list", "No runs so far."],
    ["approvals list", "Nothing waits for an approval."],
    ["connections list", "No account is connected."],
    ["schedules list", "There are no schedules."],
    ["mcp list", "No MCP server is configured"],
  ])("%s says in a sentence that there is nothing", async (command, sentence) => {
    const { code, out } = await deputy(...command.split(" "));

    expect(code).toBe(0);
    expect(out).toContain(sentence);
    expect(out.trim().split("\n")).toHaveLength(1);
  });

  it("migrate makes the tables once, and says when there is nothing to do", async () => {
    const first = await deputy("migrate", "--json");
    const second = await deputy("migrate", "--json");

    const database = path.join(folder, "deputy.db");
    expect(JSON.parse(first.out)).toEqual({ database, applied: expect.any(Number) });
    expect(JSON.parse(first.out).applied).toBeGreaterThan(0);
    expect(JSON.parse(second.out)).toEqual({ database, applied: 0 });
  });

  it("config --json hides secrets", async () => {
    const text = { out: "" };
    const code = await runCli({
      argv: ["config", "--json"],
      env: { DEPUTY_DATA: folder, OPENAI_API_KEY: "sk-very-secret-value" },
      cwd: folder,
      stdout: { write: (chunk) => void (text.out += chunk) },
      stderr: { write: () => undefined },
    });

    expect(code).toBe(0);
    expect(text.out).not.toContain("sk-very-secret-value");
    expect(text.out).toContain("OPENAI_API_KEY");
  });

  it("doctor makes a data folder that nobody else can look into", async () => {
    await rm(folder, { recursive: true });

    await deputy("doctor", "--offline");

    expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });

  it("doctor --json names every check with what was observed", async () => {
    const checked = await deputy("doctor", "--json", "--offline");

    const { checks } = JSON.parse(checked.out);
    expect(checked.code).toBe(0);
    expect(checks.map((check: { id: string }) => check.id)).toEqual([
      "node",
      "settings",
      "data-folder",
      "disk-space",
      "database",
      "master-key",
      "queue",
      "clock",
      "policy",
      "audit",
      "sandbox",
      "model",
      "address",
      "callback",
    ]);
  });

  it.each([
    ["{ provider: google, client_id: a }", "pass", "1 with what they need"],
    ["{ provider: google }", "warn", "The connection mail has no client_id."],
    ["{ provider: gogle }", "fail", "did you mean google?"],
  ])("doctor looks at connections: %s is %s", async (mail, status, observed) => {
    await writeFile(path.join(folder, "deputy.config.yml"), `connections: { mail: ${mail} }\n`);

    const { checks } = JSON.parse((await deputy("doctor", "--json", "--offline")).out);

    expect(checks).toContainEqual(
      expect.objectContaining({ id: "connections", status, observed: expect.stringContaining(observed) }),
    );
  });

  it("names the setting when the configuration is wrong", async () => {
    const text = { err: "" };
    const code = await runCli({
      argv: ["config"],
      env: { DEPUTY_DATA: folder, DEPUTY_MODLE: "x" },
      cwd: folder,
      stdout: { write: () => undefined },
      stderr: { write: (chunk) => void (text.err += chunk) },
    });

    expect(code).toBe(1);
    expect(text.err).toContain("DEPUTY_MODLE");
    expect(text.err).toContain("DEPUTY_MODEL");
  });
});
