import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../../src/cli/run-cli.ts";
import { asTenantId, personKey } from "../../src/domain/ids.ts";
import { createSqliteStore } from "../../src/store/sqlite.ts";
import { openMasterKey } from "../../src/vault/master-key.ts";
import { changed, parsed, t0 } from "../audit/audit-world.ts";

const pem = { type: "spki", format: "pem" } as const;
const ada = { key: personKey("local", "local", "ada"), name: "Ada", kind: "member" } as const;

describe("cli audit", () => {
  let folder: string;
  let lines: string[];
  let exported: { readonly code: number; readonly out: string; readonly err: string };
  const file = () => path.join(folder, "export.ndjson");
  const deputy = async (env: Record<string, string>, ...argv: string[]) => {
    let out = "";
    let err = "";
    const code = await runCli({
      argv,
      env,
      cwd: folder,
      stdout: { write: (text) => void (out += text) },
      stderr: { write: (text) => void (err += text) },
    });
    return { code, out, err };
  };
  const settings = () => ({ DEPUTY_DATA: folder, USER: "ops" });

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "deputy-cli-audit-"));
    const store = await createSqliteStore({ path: path.join(folder, "deputy.db") });
    await openMasterKey(store, { dataFolder: folder });
    for (let i = 0; i < 5; i += 1) {
      const event = { tenant: asTenantId("local"), time: t0 + i, actor: "agent:deputy", data: { i } };
      await store.write((tx) => tx.audit.append({ ...event, type: "tool.done" }));
    }
    await store.close();
    exported = await deputy(settings(), "audit", "export", "--out", "export.ndjson", "--json");
    lines = (await readFile(file(), "utf8")).trim().split("\n");
  });
  afterAll(() => rm(folder, { recursive: true }));

  const verify = async (of: readonly string[], ...flags: string[]) => {
    await writeFile(path.join(folder, "given"), `${of.join("\n")}\n`);
    // No settings: what they would be is nobody's business here (AC1).
    const { code, out } = await deputy(
      { DEPUTY_NO_SUCH: "x" },
      "audit",
      "verify",
      "given",
      "--json",
      ...flags,
    );
    const verdict: unknown = JSON.parse(out);
    return [code, verdict] as const;
  };

  it("AUD-5: verifies its own export without settings or database", async () => {
    expect(exported).toMatchObject({ code: 0, err: "" });
    expect(JSON.parse(exported.out)).toEqual({ file: "export.ndjson", lines: 8 });
    expect(lines.map((line) => parsed(line)["kind"])).toEqual([
      ...Array(6).fill("event"),
      "checkpoint",
      "key",
    ]);
    expect(await verify(lines)).toEqual([
      0,
      expect.objectContaining({ events: 6, head: parsed(lines[5] ?? "")["hash"], result: "ok" }),
    ]);
  });

  it("AC1, AUD-5: has an exit code for each way to be wrong, and names the place", async () => {
    const edited = lines.map((line, i) => (i === 2 ? changed(line, (it) => void (it["tool"] = "x")) : line));
    const resigned = lines.map((line, i) =>
      i === 6 ? changed(line, (it) => void (it["signature"] = "AA==")) : line,
    );

    expect(await verify(edited)).toEqual([1, expect.objectContaining({ first_bad: 3 })]);
    expect(await verify(lines.toSpliced(3, 1))).toEqual([2, expect.objectContaining({ first_bad: 4 })]);
    expect(await verify(resigned)).toEqual([3, expect.objectContaining({ result: "signature" })]);
    expect(await verify(["garbage"])).toEqual([4, expect.objectContaining({ events: 0 })]);
    expect((await deputy({}, "audit", "verify", "no-such-file", "--json")).code).toBe(4);
  });

  it.each([
    ["none/export.ndjson", "its folder is not there."],
    ["/dev/full", "the disk is full."],
  ])("says in a sentence that an export can't be written to %s", async (file, why) => {
    const { code, out, err } = await deputy(settings(), "audit", "export", "--out", file);

    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain(`${file} could not be written: ${why}`);
    expect(err).toMatch(/^[^\n]+\n$/);
  });

  it.each([
    ["5", "2"],
    ["2026-11-28", "2026-11-27"],
  ])(
    "exits 2 where --from %s comes after --to %s: an empty export would say that nothing happened",
    async (from, to) => {
      const { code, out, err } = await deputy(settings(), "audit", "export", "--from", from, "--to", to);

      expect({ code, out }).toEqual({ code: 2, out: "" });
      expect(err).toContain("ends before it begins");
    },
  );

  it("exports nothing of a tenant that the log doesn't know, and makes no file of it", async () => {
    const { code, out, err } = await deputy(
      settings(),
      "audit",
      "export",
      "--tenant",
      "nope",
      "--out",
      "of-nope",
    );

    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain("The log has nothing of a tenant nope. It has: local.");
    await expect(readFile(path.join(folder, "of-nope"))).rejects.toMatchObject({ code: "ENOENT" });
    const known = await deputy(settings(), "audit", "export", "--tenant", "local");
    expect(known).toMatchObject({ code: 0, err: "" });
  });

  it.each([
    [["none"], "none can't be read: there is no such file."],
    [["."], "can't be read: it is a folder."],
    [["export.ndjson", "--anchor", "none"], "none can't be read: there is no such file."],
    [["export.ndjson", "--pub", "."], "can't be read: it is a folder."],
  ])("AC1: `verify %j` says in a sentence what can't be read", async (argv, sentence) => {
    const { code, out } = await deputy({}, "audit", "verify", ...argv);

    expect(code).toBe(4);
    expect(out).toMatch(/^NOT GOOD \(unreadable\): /);
    expect(out.endsWith(`${sentence}\n`)).toBe(true);
  });

  it.each([
    ["no key", "-----BEGIN PUBLIC KEY-----\nnot one\n-----END PUBLIC KEY-----\n"],
    ["a key of another kind", generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export(pem)],
  ])("AC1: says in a sentence that PEM holds %s", async (_what, text) => {
    await writeFile(path.join(folder, "kept.pem"), text);

    const { code, out } = await deputy({}, "audit", "verify", "export.ndjson", "--pub", "kept.pem");

    expect(code).toBe(4);
    expect(out).toMatch(/kept\.pem holds no public key that signs an audit log: one of Ed25519, as PEM\.\n$/);
  });

  it("AUD-4: takes kept keys, as the command prints them", async () => {
    const { out } = await deputy(settings(), "audit", "keys");
    await writeFile(path.join(folder, "kept"), out);
    expect((await verify(lines, "--pub", "kept"))[0]).toBe(0);
    const x = Buffer.from(String(parsed(lines[7] ?? "")["public_key"]), "base64").toString("base64url");
    const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
    await writeFile(path.join(folder, "kept.pem"), key.export(pem));
    expect((await verify(lines, "--pub", "kept.pem"))[0]).toBe(0);
    await writeFile(path.join(folder, "other"), Buffer.alloc(32, 5).toString("base64"));
    expect((await verify(lines, "--pub", "other"))[0]).toBe(3);
  });

  it("rotates the key, erases, and says what it cannot find", async () => {
    expect((await deputy(settings(), "audit", "rotate-key", "--json")).code).toBe(0);
    const erased = await deputy(settings(), "audit", "erase", "--run", "run_1", "--json");
    expect(erased).toMatchObject({
      code: 1,
      out: "",
      err: expect.stringContaining("There is no run run_1."),
    });
    const ofNobody = await deputy(settings(), "audit", "erase", "--person", "local:local:ada", "--json");
    expect(ofNobody).toMatchObject({
      code: 1,
      out: "",
      err: expect.stringContaining("Nobody is known here as local:local:ada."),
    });
    const store = await createSqliteStore({ path: path.join(folder, "deputy.db") });
    await store.write((tx) => tx.people.see(ada, asTenantId("local"), t0));
    await store.close();
    const ofAda = await deputy(settings(), "audit", "erase", "--person", ada.key, "--json");
    expect(JSON.parse(ofAda.out)).toEqual({ erased: 0 });
    expect((await deputy(settings(), "audit", "erase", "--person", "ada")).err).toContain("ada is no person");
    expect((await deputy(settings(), "audit", "erase")).err).toContain("--run ID or --person KEY");
    expect((await deputy(settings(), "audit", "payload", "run_1", "0")).err).toContain("Nothing is kept");
    expect(await deputy(settings(), "audit", "payload", "run_1", "first")).toMatchObject({
      code: 2,
      err: "first is not the number of a step.\n",
    });
    expect((await deputy(settings(), "audit", "export", "--from", "yesterday")).err).toContain(
      "neither a date",
    );
    const { out } = await deputy(settings(), "audit", "export", "--from", "2026-11-28");
    expect((await verify(out.trim().split("\n")))[0]).toBe(0);
  });
});
