// `deputy init teams` with a stand-in for Microsoft's command line: a program of its own that keeps what it was called with.

import { execFileSync } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { AppManifestUtils } from "@microsoft/app-manifest";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCli } from "../../src/cli/run-cli.ts";
import { teamsIds } from "../fakes/teams/fake-teams.ts";

const secret = "a~secret'of $the.app";
const created = {
  teamsAppId: "99999999-2222-3333-4444-555555555555",
  installLink:
    "https://teams.microsoft.com/l/app/99999999-2222-3333-4444-555555555555?installAppPackage=true",
  credentials: { CLIENT_ID: teamsIds.app, CLIENT_SECRET: secret, TENANT_ID: teamsIds.tenant },
};

describe("cli/init teams", () => {
  let folder: string;
  let cli: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "deputy-init-test-"));
    cli = path.join(folder, "teams");
    await answering(JSON.stringify(created));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** Its calls are in `calls`, what was uploaded in `uploaded`. */
  async function answering(answer: string, { fails = "", doctor = 0 } = {}): Promise<void> {
    const script = `#!${process.execPath}
const { appendFileSync, copyFileSync } = require("node:fs");
const argv = process.argv.slice(2);
appendFileSync(${JSON.stringify(path.join(folder, "calls"))}, JSON.stringify(argv) + "\\n");
if (argv.slice(0, 2).join(" ") === ${JSON.stringify(fails)}) process.exit(3);
if (argv[1] === "create") process.stdout.write(${JSON.stringify(answer)});
if (argv[1] === "manifest") copyFileSync(argv[3], ${JSON.stringify(path.join(folder, "uploaded"))});
if (argv[1] === "doctor") process.exit(${doctor});
`;
    await writeFile(cli, script);
    await chmod(cli, 0o755);
  }

  async function deputy(argv: readonly string[], settings: Readonly<Record<string, string>> = {}) {
    const text = { out: "", err: "" };
    const code = await runCli({
      argv: ["init", "teams", "--cli", cli, ...argv],
      env: { DEPUTY_DATA: folder, ...settings },
      cwd: folder,
      stdout: { write: (chunk) => void (text.out += chunk) },
      stderr: { write: (chunk) => void (text.err += chunk) },
    });
    return { code, ...text };
  }
  const calls = async (): Promise<string[][]> =>
    (await readFile(path.join(folder, "calls"), "utf8").catch(() => ""))
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  const settings = () => readFile(path.join(folder, ".env"), "utf8");

  it("T-S7: registers the app, keeps its settings, hands its manifest over, and says what is left to do", async () => {
    await writeFile(path.join(folder, ".env"), "OPENAI_API_KEY=kept\n");
    const { code, out, err } = await deputy(["--url", "https://d.example/", "--name", "Ada"]);

    expect([code, err]).toEqual([0, ""]);
    expect(await calls()).toMatchObject([
      ["app", "create", "--name", "Ada", "--endpoint", "https://d.example/api/messages", "--json"],
      ["app", "manifest", "upload", expect.stringContaining("manifest.json"), created.teamsAppId],
      ["app", "doctor", created.teamsAppId],
    ]);
    expect(await settings()).toBe(
      `OPENAI_API_KEY=kept\n\n# Microsoft Teams, by deputy init teams\nTEAMS_APP_ID=${teamsIds.app}\nTEAMS_TENANT_ID=${teamsIds.tenant}\nTEAMS_APP_PASSWORD='a~secret'\\''of $the.app'\nDEPUTY_PUBLIC_URL=https://d.example\n`,
    );
    expect((await stat(path.join(folder, ".env"))).mode & 0o777).toBe(0o600);
    const uploaded = JSON.parse(await readFile(path.join(folder, "uploaded"), "utf8"));
    expect(await AppManifestUtils.validateAgainstSchema(uploaded)).toEqual([]);
    expect(uploaded).toMatchObject({ id: teamsIds.app, name: { short: "Ada" } });
    expect((await readFile(path.join(folder, "deputy-teams.zip"))).subarray(0, 2).toString()).toBe("PK");
    expect(out).toContain(created.installLink);
    expect(out).toContain("deputy start");
    expect(out).not.toContain(secret);
  });

  it("IT2, L1: says it as one JSON value, too, without the secret", async () => {
    await answering(JSON.stringify(created), { doctor: 1 });
    const { out } = await deputy(["--url", "https://d.example", "--json"]);
    expect(JSON.parse(out)).toEqual({
      app_id: teamsIds.app,
      registered: true,
      package: path.join(folder, "deputy-teams.zip"),
      env_file: path.join(folder, ".env"),
      install_link: created.installLink,
      microsoft_check: "has something to say",
    });
    expect(out).not.toContain(secret);
  });

  it("IT1: with an app in the settings nothing is registered, and only the package is made", async () => {
    const have = { TEAMS_APP_ID: teamsIds.app, TEAMS_TENANT_ID: teamsIds.tenant, TEAMS_APP_PASSWORD: "p" };
    const { code, out } = await deputy(["--url", "https://d.example"], have);
    expect([code, await calls()]).toEqual([0, []]);
    expect(out).toContain("nothing was registered");
    await expect(settings()).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("IT1: settings of Teams that are there and were not loaded are not doubled", async () => {
    await writeFile(path.join(folder, ".env"), "TEAMS_APP_ID=other\n");
    const { code, err } = await deputy(["--url", "https://d.example"]);
    expect([code, await calls()]).toEqual([1, []]);
    expect(err).toContain("settings of Teams");
    expect(await settings()).toBe("TEAMS_APP_ID=other\n");
  });

  it.each(["DEPUTY_PUBLIC_URL=https://d.example", "export DEPUTY_PUBLIC_URL='https://d.example/' # ours"])(
    "IT1: an address that is there is not added a second time: %s",
    async (there) => {
      await writeFile(path.join(folder, ".env"), `# DEPUTY_PUBLIC_URL=https://old.example\n${there}\n`);
      expect((await deputy(["--url", "https://d.example"])).code).toBe(0);
      const kept = await settings();
      expect(kept.startsWith(`# DEPUTY_PUBLIC_URL=https://old.example\n${there}\n\n`)).toBe(true);
      expect(kept).toContain("TEAMS_APP_ID=");
      expect(kept.match(/DEPUTY_PUBLIC_URL/g)).toHaveLength(2);
    },
  );

  it.each(["DEPUTY_PUBLIC_URL=", 'DEPUTY_PUBLIC_URL="" # to be filled in'])(
    "IT1: a blank address is none, as everywhere: %s",
    async (there) => {
      await writeFile(path.join(folder, ".env"), `${there}\n`);
      expect((await deputy(["--url", "https://d.example"])).code).toBe(0);
      const kept = await settings();
      expect(kept.startsWith(`${there}\n\n`)).toBe(true);
      expect(kept).toContain("\nDEPUTY_PUBLIC_URL=https://d.example\n");
    },
  );

  it.each(['DEPUTY_PUBLIC_URL="https://other.example"', "DEPUTY_PUBLIC_URL=https://other.example"])(
    "IT1: another address that is there is not made void by a line after it: %s",
    async (there) => {
      await writeFile(path.join(folder, ".env"), `${there}\n`);
      const { code, err } = await deputy(["--url", "https://d.example"]);
      expect([code, await calls(), await settings()]).toEqual([1, [], `${there}\n`]);
      expect(err).toMatch(/DEPUTY_PUBLIC_URL in .*\.env is not https:\/\/d\.example/);
    },
  );

  it("IT2: what Microsoft answers is nothing that the shell does when the file is read", async () => {
    const credentials = {
      ...created.credentials,
      TENANT_ID: "$(touch run-by-the-shell)",
      CLIENT_SECRET: "a b",
    };
    await answering(JSON.stringify({ ...created, credentials }));
    await deputy(["--url", "https://d.example"]);
    const script = `set -a; . ./.env; printf '%s|' "$TEAMS_TENANT_ID" "$TEAMS_APP_PASSWORD" "$DEPUTY_PUBLIC_URL"`;
    const read = execFileSync("sh", ["-c", script], { cwd: folder, encoding: "utf8" });
    expect(read).toBe("$(touch run-by-the-shell)|a b|https://d.example|");
    await expect(stat(path.join(folder, "run-by-the-shell"))).rejects.toMatchObject({ code: "ENOENT" });
  });

  it.each([
    [
      "the settings can't be kept",
      ["--env-file", "no/such/folder/.env"],
      /no\/such\/folder\/\.env.*--env-file/,
    ],
    ["the package's version is none", ["--app-version", "two"], /"two" is no version/],
    ["its name is too long for Teams", ["--name", "A".repeat(31)], /cannot be the name of a Teams app/],
  ] as const)("IT3: where %s nothing is registered, and no secret is lost", async (_what, more, sentence) => {
    const { code, err } = await deputy(["--url", "https://d.example", ...more]);
    expect([code, await calls()]).toEqual([1, []]);
    expect(err).toMatch(sentence);
  });

  it.each([
    ["without an address", [], {}, /DEPUTY_PUBLIC_URL is not set/],
    [
      "without Microsoft's command line",
      ["--cli", "no-such-program"],
      {},
      /There is no no-such-program .*docs\/teams\.md/,
    ],
    ["where it fails", [], { fails: "app create" }, /app create` ended with 3/],
    ["where it answers otherwise", [], { answer: '{"ok":true}' }, /form that this version does not know/],
  ] as const)("I14: %s it says what to do, and writes nothing", async (what, more, how, sentence) => {
    const { answer = JSON.stringify(created), ...otherwise } = { ...how } as {
      answer?: string;
      fails?: string;
    };
    await answering(answer, otherwise);
    const url = what === "without an address" ? [] : ["--url", "https://d.example"];
    const { code, err, out } = await deputy([...url, ...more]);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(sentence);
    await expect(settings()).rejects.toMatchObject({ code: "ENOENT" });
  });
});
