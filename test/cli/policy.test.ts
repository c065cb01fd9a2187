import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCli } from "../../src/cli/run-cli.ts";
import { asRunId, asTenantId } from "../../src/domain/ids.ts";
import { createSqliteStore } from "../../src/store/sqlite.ts";

const file = `
mcp:
  crm:
    url: https://crm.example/mcp
    tools: { get_account: { effect: read }, drop: { effect: destructive } }
policy:
  - name: mail-outside
    match: { tool: "mail__*", effect: write-external }
    where: [{ path: /to, op: not_in_domain, value: corp.example }]
    decision: deny
    examples:
      match: [{ tool: mail__send, arguments: { to: a@x.example } }]
      no_match: [{ tool: mail__send, arguments: { to: a@corp.example } }]
  - name: mail-inside
    match: { tool: "mail__*" }
    where: [{ path: /to, op: in_domain, value: corp.example }]
    decision: allow
  - name: lower
    layer: channel
    match: { tool: "crm__*", channel: C9 }
    decision: allow
`;

describe("cli/policy", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "deputy-cli-"));
    await writeFile(path.join(folder, "deputy.config.yml"), file);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function deputy(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
    const text = { out: "", err: "" };
    const code = await runCli({
      argv: ["policy", ...argv],
      env: { DEPUTY_DATA: folder },
      cwd: folder,
      stdout: { write: (chunk) => void (text.out += chunk) },
      stderr: { write: (chunk) => void (text.err += chunk) },
    });
    return { code, ...text };
  }

  async function check(call: unknown): Promise<{ code: number; decision?: string; rules?: string[] }> {
    await writeFile(path.join(folder, "call.json"), JSON.stringify(call));
    const { code, out } = await deputy("check", "call.json", "--json");
    return { code, ...(out === "" ? {} : JSON.parse(out)) };
  }

  const send = { principal: "slack:T1:U1", mode: "assistant", tool: "mail__send", effect: "write-external" };
  const inside = { ...send, arguments: { to: "a@corp.example" } };

  it.each<[string, Record<string, unknown>, number, string, string[]]>([
    ["an allow", inside, 0, "allow", ["mail-inside"]],
    ["a deny", { ...send, arguments: { to: "a@x.example" } }, 11, "deny", ["mail-outside"]],
    ["an argument that is missing", send, 11, "deny", ["mail-outside"]],
    ["no rule", { ...send, tool: "chat__send" }, 10, "ask", []],
    ["an allow of a lower layer", { ...send, tool: "crm__log", channel: "C9" }, 10, "ask", []],
    ["an effect from the catalogue", { tool: "crm__drop" }, 10, "ask", ["four-eyes"]],
    ["a read from the catalogue", { tool: "crm__get_account", mode: "assistant" }, 0, "allow", []],
    ["a tool that nobody knows", { tool: "crm__other" }, 11, "deny", ["uncatalogued-tool"]],
    ["a built-in tool", { tool: "read_file", arguments: { path: "a" } }, 0, "allow", []],
    ["taint as true", { ...inside, taint: true }, 10, "ask", ["taint-shared-write"]],
    ["taint as a word", { ...inside, taint: "external" }, 10, "ask", ["taint-shared-write"]],
    [
      "taint as a list",
      { ...inside, taint: ["external:evil.example", "private:slack:T1:U1"] },
      10,
      "ask",
      ["taint-rule-of-two", "taint-shared-write"],
    ],
    [
      "taint as a block",
      { ...inside, taint: { external: true, private: ["slack:T1:U1"] } },
      10,
      "ask",
      ["taint-rule-of-two", "taint-shared-write"],
    ],
    ["private taint alone", { ...inside, taint: { saw_private: true } }, 0, "allow", ["mail-inside"]],
    ["no taint", { ...inside, taint: { external: [], private: false } }, 0, "allow", ["mail-inside"]],
    [
      "a guest",
      { ...inside, principal: { key: "slack:T1:U1", kind: "guest" } },
      10,
      "ask",
      ["stranger-asked"],
    ],
  ])("POL-6: check judges %s", async (_, call, ...outcome) => {
    const [code, decision, rules] = outcome;

    expect(await check(call)).toMatchObject({ code, decision, rules });
  });

  it.each([
    ["is not JSON", "{", /not JSON/],
    ["has no tool", "{}", /tool/],
    ["has a strange effect", '{"tool":"a","effect":"boom"}', /effect/],
    ["has strange marks", '{"tool":"a","taint":{"unknown":true}}', /taint/],
  ])("check refuses a call that %s, with nothing on stdout", async (_, text, problem) => {
    await writeFile(path.join(folder, "call.json"), text);

    expect(await deputy("check", "call.json", "--json")).toEqual({
      code: 1,
      out: "",
      err: expect.stringMatching(problem),
    });
  });

  it("says in a sentence why a call can't be read", async () => {
    expect(await deputy("check", "none.json")).toEqual({
      code: 1,
      out: "",
      err: "The call in none.json can't be read: there is no such file.\n",
    });
    expect((await deputy("check", ".")).err).toBe("The call in . can't be read: it is a folder.\n");
  });

  it("POL-2, POL-6: lint says what is allowed but does nothing", async () => {
    const { code, out } = await deputy("lint", "--json");
    const linted: { warnings: string[] } = JSON.parse(out);

    expect(code).toBe(0);
    expect(linted).toMatchObject({ ok: true, rules: 3, problems: [] });
    expect(linted.warnings).toEqual([
      expect.stringMatching(/"mail-outside": no tool is called mail__\*/),
      expect.stringMatching(/"mail-inside": no tool is called mail__\*/),
      expect.stringMatching(/"mail-inside": it looks at arguments and has no examples/),
      expect.stringMatching(/"lower": an allow of the layer channel loosens nothing/),
    ]);
  });

  it.each([
    [
      "an example fails",
      file.replace("to: a@x.example", "to: b@corp.example"),
      /"mail-outside": example 1 under match/,
    ],
    [
      "a pattern is not linear",
      file.replace("op: in_domain, value: corp.example", 'op: matches, value: "(?=a)"'),
      /line \d+/,
    ],
    ["a key is unknown", file.replace("decision: deny", "decisions: deny"), /line \d+.*did you mean/],
  ])("POL-4: lint exits 1 when %s, and check refuses to judge by it", async (_, text, problem) => {
    await writeFile(path.join(folder, "deputy.config.yml"), text);
    const { code, out } = await deputy("lint", "--json");

    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ ok: false, problems: [expect.stringMatching(problem)] });
    expect(await check(inside)).toEqual({ code: 1 });
  });

  it("POL-6: explain tells what a decision in the audit log rested on", async () => {
    const store = await createSqliteStore({ path: path.join(folder, "deputy.db") });
    await store.write((tx) =>
      tx.audit.append({
        tenant: asTenantId("local"),
        type: "policy.decided",
        time: Date.UTC(2026, 0, 5),
        actor: "agent:deputy",
        run: asRunId("run_1"),
        step: 4,
        tool: "mail__send",
        decision: "deny",
        rules: ["mail-outside", "gone", "taint-shared-write"],
        taint: ["external:evil.example"],
        data: { policy: "0".repeat(64) },
      }),
    );
    await store.close();

    const { code, out } = await deputy("explain", "local:1", "--json");
    const { text, ...explained } = JSON.parse(out);

    expect(code).toBe(0);
    expect(explained).toMatchObject({
      event: "local:1",
      tool: "mail__send",
      decision: "deny",
      rules: [
        { name: "mail-outside", is: expect.stringContaining("layer org, deny") },
        { name: "gone", is: "a rule that is no longer in the file" },
        { name: "taint-shared-write", is: expect.stringContaining("built in") },
      ],
      current: false,
    });
    expect(text).toContain("The run had seen: external:evil.example.");
    for (const unknown of ["local:2", "other:1"])
      expect(await deputy("explain", unknown)).toMatchObject({ code: 1, out: "" });
  });
});
