import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { inflateSync } from "node:zlib";
import { AppManifestUtils } from "@microsoft/app-manifest";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCli } from "../../src/cli/run-cli.ts";
import { startFakeTeams, teamsIds } from "../fakes/teams/fake-teams.ts";

const env = {
  TEAMS_APP_ID: teamsIds.app,
  TEAMS_TENANT_ID: teamsIds.tenant,
  TEAMS_APP_PASSWORD: "p",
  DEPUTY_PUBLIC_URL: "https://d.example",
};

describe("cli/manifest teams", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "deputy-manifest-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function deputy(argv: readonly string[], settings: Readonly<Record<string, string>> = env) {
    const text = { out: "", err: "" };
    const code = await runCli({
      argv,
      env: { DEPUTY_DATA: folder, ...settings },
      cwd: folder,
      stdout: { write: (chunk) => void (text.out += chunk) },
      stderr: { write: (chunk) => void (text.err += chunk) },
    });
    return { code, ...text };
  }

  it.each([
    ["as it is", []],
    ["with Copilot", ["--copilot"]],
    ["under another name", ["--name", "Ada", "--app-version", "2.0.1"]],
    ["that asks for everything", ["--hear-all", "--copilot"]],
  ])("T-M16, T-S6: is a manifest by Microsoft's own schema of 1.25 %s", async (_what, argv) => {
    const { code, out } = await deputy(["manifest", "teams", "--json", ...argv]);
    const manifest = JSON.parse(out);

    expect(code).toBe(0);
    expect(await AppManifestUtils.validateAgainstSchema(manifest)).toEqual([]);
    expect(manifest).toMatchObject({
      manifestVersion: "1.25",
      id: teamsIds.app,
      validDomains: ["d.example"],
    });
    const copilot = argv.includes("--copilot") ? ["copilot"] : [];
    expect(manifest.bots[0].scopes).toEqual(["personal", "team", "groupChat", ...copilot]);
    expect(manifest.copilotAgents !== undefined).toBe(copilot.length > 0);
  });

  it("T-M10: asks for nothing but mentions, and in a second manifest for everything, which its description says", async () => {
    const manifest = async (...argv: string[]) =>
      JSON.parse((await deputy(["manifest", "teams", "--json", ...argv])).out);
    const usual = await manifest();
    expect(usual).not.toHaveProperty("authorization");
    expect(usual.description.full).toContain("and nothing else");

    const all = await manifest("--hear-all");
    const { resourceSpecific } = all.authorization.permissions;
    expect(resourceSpecific.map(({ name }: { name: string }) => name)).toEqual([
      "ChannelMessage.Read.Group",
      "ChatMessage.Read.Chat",
    ]);
    expect(all.description.full).toContain("reads everything that is written");
    expect(all.description.full).not.toContain("and nothing else");
  });

  it("T-M16: writes a package with the icons that Teams wants, readable by others' unpackers", async () => {
    const { code, out } = await deputy(["manifest", "teams", "--out", "app.zip"]);
    expect(code).toBe(0);
    expect(out).toContain("https://d.example/api/messages");

    const unpacked = path.join(folder, "unpacked");
    const script =
      "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; z.extractall(sys.argv[2])";
    await promisify(execFile)("python3", ["-c", script, path.join(folder, "app.zip"), unpacked]);
    const manifest = JSON.parse(await readFile(path.join(unpacked, "manifest.json"), "utf8"));
    expect(await AppManifestUtils.validateAgainstSchema(manifest)).toEqual([]);
    const color = pictureIn(await readFile(path.join(unpacked, manifest.icons.color)));
    const outline = pictureIn(await readFile(path.join(unpacked, manifest.icons.outline)));
    expect([color.width, color.height, outline.width, outline.height]).toEqual([192, 192, 32, 32]);
    expect(color.points.every(([, , , opacity]) => opacity === 255)).toBe(true);
    expect(
      outline.points.every(
        ([red, green, blue, opacity]) => opacity === 0 || (red === 255 && green === 255 && blue === 255),
      ),
    ).toBe(true);
    expect(outline.points.filter(([, , , opacity]) => opacity > 128).length).toBeGreaterThan(50);
  });

  it.each([
    [["manifest", "teams"], {}, /DEPUTY_PUBLIC_URL is not set/],
    [["manifest", "teams", "--url", "http://d.example"], env, /--url is "http:\/\/d\.example"/],
    [
      ["manifest", "teams", "--url", "https://d.example"],
      {},
      /id of the app registration, and there is none/,
    ],
    [["manifest", "teams", "--app-id", "me"], env, /"me" is no such id/],
    [["manifest", "teams", "--name", "x".repeat(31)], env, /1 to 30 characters/],
    [["manifest", "teams", "--app-version", "1"], env, /is no version/],
    [["manifest", "teams", "--out", "no/such/folder.zip"], env, /could not be written/],
  ] as const)("I14: says what is wrong with %j", async (argv, settings, sentence) => {
    const { code, err } = await deputy(argv, settings);

    expect(code).toBe(1);
    expect(err).toMatch(sentence);
  });

  it("doctor asks Microsoft for a token and for keys, looks at every kind of message, and says what to do", async () => {
    const teams = await startFakeTeams();
    const settings = { ...teams.env, DEPUTY_PUBLIC_URL: "https://d.example" };
    const checks = async (with_: Readonly<Record<string, string>>, ...argv: readonly string[]) => {
      const { out } = await deputy(["doctor", "--json", ...argv], with_);
      const found: { group: string; id: string; status: string; fix: string }[] = JSON.parse(out).checks;
      return Object.fromEntries(
        found.filter(({ group }) => group === "teams").map(({ id, status }) => [id, status]),
      );
    };
    try {
      expect(await checks(settings)).toEqual({
        door: "pass",
        token: "pass",
        keys: "pass",
        heard: "warn",
        messages: "pass",
      });
      expect(await checks({ ...settings, TEAMS_APP_PASSWORD: "another" })).toMatchObject({ token: "fail" });
      expect(await checks({ ...settings, DEPUTY_PUBLIC_URL: "http://d.example" }, "--offline")).toMatchObject(
        { door: "warn", token: "skip" },
      );
    } finally {
      await teams.close();
    }
  });
});

/** A PNG as the standard describes it: eight bits, RGBA, no filter. */
function pictureIn(bytes: Buffer) {
  const width = bytes.readUInt32BE(16);
  const height = bytes.readUInt32BE(20);
  const data = bytes.indexOf("IDAT");
  const raw = inflateSync(bytes.subarray(data + 4, data + 4 + bytes.readUInt32BE(data - 4)));
  const points = Array.from({ length: width * height }, (_, n): [number, number, number, number] => {
    const at = Math.floor(n / width) * (1 + width * 4) + 1 + (n % width) * 4;
    return [raw[at] ?? 0, raw[at + 1] ?? 0, raw[at + 2] ?? 0, raw[at + 3] ?? 0];
  });
  return { width, height, points };
}
