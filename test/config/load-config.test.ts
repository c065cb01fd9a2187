import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { Secret } from "../../src/base/secret.ts";
import { setting } from "../../src/config/contract.ts";
import { ConfigError } from "../../src/config/errors.ts";
import { type Config, loadConfig } from "../../src/config/load-config.ts";

describe("config/load-config", () => {
  let cwd = "";

  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), "deputy-config-"));
  });

  afterEach(() => {
    rmSync(cwd, { recursive: true });
  });

  function load(env: Readonly<Record<string, string | undefined>>): Config {
    return loadConfig({ env, cwd });
  }

  function problemsOf(env: Readonly<Record<string, string | undefined>>): string[] {
    try {
      load(env);
    } catch (error) {
      if (error instanceof ConfigError)
        return error.problems.map(({ where, message }) => `${where}: ${message}`);
      throw error;
    }
    return [];
  }

  it("takes the defaults of the design from an empty environment", () => {
    const config = load({});

    expect(config.core).toMatchObject({
      dataFolder: join(cwd, "data"),
      configFile: join(cwd, "deputy.config.yml"),
      host: "127.0.0.1",
      port: 3000,
      logLevel: "info",
      role: "all",
    });
    expect(config.state.databaseUrl).toBeUndefined();
    expect(config.limits).toMatchObject({
      approvalTtlMs: 30 * 60_000,
      leaseMs: 15_000,
      sliceMs: 5 * 60_000,
    });
    expect(config.file.settings.agents.map(({ name }) => name)).toEqual(["deputy"]);
    expect(config.notes).toEqual([]);
  });

  it("is frozen all the way down", () => {
    const config = load({ DEPUTY_EGRESS_ALLOW: "db.internal:5432" });

    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.core)).toBe(true);
    expect(Object.isFrozen(config.limits.egressAllow)).toBe(true);
    expect(Object.isFrozen(config.file.settings.agents[0]?.budget)).toBe(true);
  });

  it("G3: takes a blank value as absent", () => {
    expect(load({ PORT: "", OPENAI_API_KEY: "  " })).toMatchObject({
      core: { port: 3000 },
      model: { apiKey: undefined },
    });
  });

  it.each([
    ["PORT", "8080", (config: Config): unknown => config.core.port, 8080],
    ["PORT", "0", (config: Config): unknown => config.core.port, 0],
    ["HOST", "::", (config: Config): unknown => config.core.host, "::"],
    [
      "DEPUTY_PUBLIC_URL",
      "https://d.example/",
      (config: Config): unknown => config.core.publicUrl,
      "https://d.example",
    ],
    [
      "DEPUTY_DATA",
      "/var/lib/deputy",
      (config: Config): unknown => config.core.dataFolder,
      "/var/lib/deputy",
    ],
    ["DEPUTY_APPROVAL_TTL", "24h", (config: Config): unknown => config.limits.approvalTtlMs, 86_400_000],
    ["DEPUTY_APPROVAL_TTL", "90", (config: Config): unknown => config.limits.approvalTtlMs, 90_000],
    ["DEPUTY_LEASE_MS", "2000", (config: Config): unknown => config.limits.leaseMs, 2_000],
    ["DEPUTY_LEASE_MS", "2s", (config: Config): unknown => config.limits.leaseMs, 2_000],
    ["DEPUTY_CHECK_IN_MINUTES", "5", (config: Config): unknown => config.limits.checkInMs, 300_000],
    ["DEPUTY_CHECKPOINT_S", "30", (config: Config): unknown => config.limits.checkpointMs, 30_000],
    ["DEPUTY_CONTEXT_TOKENS", "32000", (config: Config): unknown => config.model.contextTokens, 32_000],
    ["DEPUTY_MODEL_API", "scripted", (config: Config): unknown => config.model.api, "scripted"],
    [
      "DEPUTY_EGRESS_ALLOW",
      "10.0.0.5:8443, Wiki.corp:443,[fd00::1]:80",
      (config: Config): unknown => config.limits.egressAllow,
      ["10.0.0.5:8443", "wiki.corp:443", "[fd00::1]:80"],
    ],
    [
      "TEAMS_SERVICE_HOSTS",
      "smba.example, localhost:4000",
      (config: Config): unknown => config.teams.serviceHosts,
      ["smba.example", "localhost:4000"],
    ],
    [
      "TEAMS_LOGIN_URL",
      "http://127.0.0.1:9999/",
      (config: Config): unknown => config.teams.loginUrl,
      "http://127.0.0.1:9999",
    ],
    ["AWS_REGION", "eu-central-1", (config: Config): unknown => config.state.awsRegion, "eu-central-1"],
    [
      "DEPUTY_BLOBS",
      "blobs",
      (config: Config): unknown => config.state.blobs?.endsWith("/blobs") === true,
      true,
    ],
  ])("reads %s=%s", (name, text, pick, expected) => {
    expect(pick(load({ [name]: text }))).toEqual(expected);
  });

  it.each([
    ["PORT", "65536", "a whole number from 0 to 65535"],
    ["PORT", "-1", "a whole number from 0 to 65535"],
    ["PORT", "3000.5", "a whole number from 0 to 65535"],
    ["PORT", "http", "a whole number from 0 to 65535"],
    ["HOST", "not a host", "a host name"],
    ["DEPUTY_ROLE", "boss", "one of all, web, worker"],
    ["DEPUTY_LOG_LEVEL", "loud", "one of debug, info, warn, error"],
    ["DEPUTY_MODEL_API", "completions", "one of responses, chat, scripted"],
    ["DEPUTY_CONTEXT_TOKENS", "100", "from 4000"],
    ["DEPUTY_LEASE_MS", "soon", "a duration"],
    ["DEPUTY_LEASE_MS", "1ms", "a duration from 500ms"],
    ["DEPUTY_APPROVAL_TTL", "31d", "to 30d"],
    ["DEPUTY_PUBLIC_URL", "deputy.example", "an address such as"],
    ["DEPUTY_PUBLIC_URL", "https://u:p@deputy.example", "without user and password"],
    ["DEPUTY_PUBLIC_URL", "https://deputy.example/?a=1", "without ? and #"],
    ["SLACK_API_URL", "http://slack.example", "expected https"],
    ["TEAMS_LOGIN_URL", "http://login.example", "expected https"],
    ["OPENAI_BASE_URL", "ftp://model.example", "an address such as"],
    ["DEPUTY_EGRESS_ALLOW", "wiki.corp", 'one entry is "wiki.corp"'],
    ["DEPUTY_EGRESS_ALLOW", "wiki.corp:0", "host:port"],
    ["DEPUTY_EGRESS_ALLOW", "a b:80", "host:port"],
    ["DEPUTY_BLOBS", "gs://bucket/prefix", "a folder, or s3://bucket/prefix"],
    ["DEPUTY_BLOBS", "s3://bucket/../up", "a folder, or s3://bucket/prefix"],
    ["SLACK_TEAM_ID", "our team", "an id such as T0001"],
  ])("refuses %s=%s and says what was expected", (name, text, words) => {
    const problems = problemsOf({ [name]: text });

    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`${name}: is "${text}": `);
    expect(problems[0]).toContain(words);
  });

  it.each([
    ["DATABASE_URL", "mysql://u:hunter2@host/db", "postgres://"],
    ["DATABASE_URL", "file:./db.sqlite", "leave it out to use SQLite"],
    ["REDIS_URL", "http://:hunter2@host", "redis://host:6379"],
    ["REDIS_CLUSTER_NODES", "redis://:hunter2@a:1,ftp://b", "a comma list"],
    ["DEPUTY_MASTER_KEY", "hunter2hunter2", "32 bytes in base64"],
    ["DEPUTY_MASTER_KEY", Buffer.alloc(31).toString("base64"), "32 bytes in base64"],
    ["DEPUTY_MASTER_KEY", "!".repeat(44), "32 bytes in base64"],
  ])("G2: refuses a bad %s without repeating it", (name, text, words) => {
    const problems = problemsOf({ [name]: text });

    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(words);
    expect(problems[0]).not.toContain(text);
    expect(problems[0]).not.toContain("hunter2");
  });

  it("takes a master key with and without padding", () => {
    const key = Buffer.alloc(32, 7).toString("base64");

    expect(load({ DEPUTY_MASTER_KEY: key }).core.masterKey?.reveal()).toBe(key);
    expect(load({ DEPUTY_MASTER_KEY: key.replace("=", "") }).core.masterKey).toBeInstanceOf(Secret);
  });

  it("writes postgresql:// as postgres://", () => {
    const config = load({ DATABASE_URL: "postgresql://u:p@db/x" });

    expect(config.state.databaseUrl?.reveal()).toBe("postgres://u:p@db/x");
  });

  it("reports every problem of environment and file at once", () => {
    writeFileSync(join(cwd, "deputy.config.yml"), "agents:\n  - nam: x\n");

    const problems = problemsOf({ PORT: "x", HOST: "a b", DEPUTY_NOPE_AT_ALL: "1" });

    expect(problems.map((problem) => problem.split(":")[0])).toEqual([
      "HOST",
      "PORT",
      "DEPUTY_NOPE_AT_ALL",
      expect.stringMatching(/deputy\.config\.yml, line 2, agents\[0\]\.name$/),
      expect.stringMatching(/deputy\.config\.yml, line 2, agents\[0\]\.nam$/),
    ]);
  });

  describe("unknown names", () => {
    it.each([
      ["DEPUTY_PUBLIC_ULR", "did you mean DEPUTY_PUBLIC_URL?"],
      ["DEPUTY_LEASEMS", "did you mean DEPUTY_LEASE_MS?"],
      ["DEPUTY_MASTERKEY_FILE", "did you mean DEPUTY_MASTER_KEY_FILE?"],
      ["DEPUTY_SOMETHING_ELSE", "docs/settings.md lists them all"],
      ["DEPUTY_DATA_FILE", "only secrets are read from files; set DEPUTY_DATA itself"],
    ])("refuses %s: %s", (name, hint) => {
      expect(problemsOf({ [name]: "1" })).toEqual([expect.stringContaining(hint)]);
    });

    it("leaves names of others alone", () => {
      expect(problemsOf({ PATH: "/bin", SLACK_SOMETHING: "x", OTEL_TRACES_SAMPLER: "always_on" })).toEqual(
        [],
      );
    });

    it("does not take the names of object members for settings", () => {
      expect(problemsOf({ DEPUTY_: "1" })).toHaveLength(1);
    });
  });

  describe("secrets in files", () => {
    it("reads NAME_FILE, trims it and says where it came from", () => {
      writeFileSync(join(cwd, "key"), "\uFEFFsk-from-a-file\r\n");

      const config = load({ OPENAI_API_KEY_FILE: "key" });

      expect(config.model.apiKey?.reveal()).toBe("sk-from-a-file");
      expect(config.origins["OPENAI_API_KEY"]).toBe("file");
    });

    it("refuses both NAME and NAME_FILE", () => {
      expect(problemsOf({ METRICS_TOKEN: "abcdef", METRICS_TOKEN_FILE: "key" })).toEqual([
        "METRICS_TOKEN_FILE: METRICS_TOKEN is set too; set one of the two.",
      ]);
    });

    it.each([
      ["is not there", "nowhere", "cannot be read (ENOENT)"],
      ["is a folder", ".", "is a folder"],
      ["is empty", "empty", "is empty"],
      ["is far too large", "large", "larger than 64 KB"],
    ])("refuses a file that %s", (_, file, words) => {
      writeFileSync(join(cwd, "empty"), "\n");
      writeFileSync(join(cwd, "large"), "x".repeat(70_000));

      expect(problemsOf({ OPENAI_API_KEY_FILE: file })).toEqual([expect.stringContaining(words)]);
    });
  });

  describe("what must hold between settings", () => {
    it.each(["web", "worker"])("refuses the role %s without Redis", (role) => {
      expect(problemsOf({ DEPUTY_ROLE: role })).toEqual([expect.stringContaining("set REDIS_URL")]);
    });

    it("takes blobs in a bucket as they are named, with a key to it and not without", () => {
      const DEPUTY_BLOBS = "s3://my-blobs/deputy/one";
      const keys = { AWS_ACCESS_KEY_ID: "AKID", AWS_SECRET_ACCESS_KEY: "secret" };

      expect(problemsOf({ DEPUTY_BLOBS })).toEqual([expect.stringContaining("set AWS_ACCESS_KEY_ID")]);
      expect(load({ DEPUTY_BLOBS, ...keys }).state.blobs).toBe(DEPUTY_BLOBS);
    });

    it("lets web and worker share SQLite on one machine, with a note", () => {
      const config = load({ DEPUTY_ROLE: "worker", REDIS_URL: "redis://127.0.0.1:6379" });

      expect(config.notes).toEqual([expect.stringContaining("one SQLite file")]);
    });

    it("takes a cluster for Redis, and has no note with Postgres", () => {
      const config = load({
        DEPUTY_ROLE: "web",
        REDIS_CLUSTER_NODES: "a:1, b:2",
        DATABASE_URL: "postgres://db/x",
      });

      expect(config.state.redisClusterNodes?.reveal()).toBe("a:1,b:2");
      expect(config.notes).toEqual([]);
    });

    it.each(["responses", "chat"])("refuses the model API %s with nothing to reach", (api) => {
      expect(problemsOf({ DEPUTY_MODEL_API: api })).toEqual([
        expect.stringContaining("neither OPENAI_API_KEY nor OPENAI_BASE_URL"),
      ]);
      expect(problemsOf({ DEPUTY_MODEL_API: api, OPENAI_BASE_URL: "http://127.0.0.1:1/v1" })).toEqual([]);
    });

    it.each([
      [{ TEAMS_APP_ID: "a" }, "TEAMS_APP_ID: is set without TEAMS_TENANT_ID and TEAMS_APP_PASSWORD"],
      [{ TEAMS_TENANT_ID: "t" }, "TEAMS_TENANT_ID: is set without TEAMS_APP_ID and TEAMS_APP_PASSWORD"],
      [{ TEAMS_APP_ID: "a", TEAMS_APP_PASSWORD: "p" }, "TEAMS_APP_ID: is set without TEAMS_TENANT_ID"],
      [{ TEAMS_APP_ID: "a", TEAMS_TENANT_ID: "t" }, "TEAMS_APP_ID: is set without TEAMS_APP_PASSWORD"],
    ])("T-M17, ING-4: refuses to start with half of Teams: %j", (env, problem) => {
      expect(problemsOf(env)).toEqual([expect.stringContaining(problem)]);
    });

    it("says that Teams has to know where the server is, and that a password alone opens nothing", () => {
      const all = { TEAMS_APP_ID: "a", TEAMS_TENANT_ID: "t", TEAMS_APP_PASSWORD: "p" };

      expect(load(all).notes).toEqual([expect.stringContaining("/api/messages")]);
      expect(load({ ...all, DEPUTY_PUBLIC_URL: "https://deputy.example" }).notes).toEqual([]);
      expect(load({ TEAMS_APP_PASSWORD: "p" }).notes).toEqual([expect.stringContaining("half configured")]);
    });

    it.each([
      ["6d", [expect.stringContaining("retention.workspaces is shorter")]],
      ["7d", []],
    ])("says where files may go before the links to them that Teams has: %s", (kept, notes) => {
      writeFileSync(join(cwd, "deputy.config.yml"), `retention: { workspaces: ${kept} }\n`);
      const teams = { TEAMS_APP_ID: "a", TEAMS_TENANT_ID: "t", TEAMS_APP_PASSWORD: "p" };

      expect(load({ ...teams, DEPUTY_PUBLIC_URL: "https://deputy.example" }).notes).toEqual(notes);
      expect(load({}).notes).toEqual([]);
    });
  });

  describe("the configuration file", () => {
    it("K2: must be there when DEPUTY_CONFIG names it", () => {
      expect(problemsOf({ DEPUTY_CONFIG: "mine.yml" })).toEqual([
        `${join(cwd, "mine.yml")}: there is no such file; DEPUTY_CONFIG names it.`,
      ]);
    });

    it("is read from the folder that DEPUTY_CONFIG names", () => {
      writeFileSync(join(cwd, "mine.yml"), "agents: [{ name: ada }]\n");

      const config = load({ DEPUTY_CONFIG: "mine.yml" });

      expect(config.file).toMatchObject({ found: true, path: join(cwd, "mine.yml") });
      expect(config.file.settings.agents[0]?.name).toBe("ada");
    });
  });

  it("collects the secrets of environment and file for the redactor", () => {
    writeFileSync(
      join(cwd, "deputy.config.yml"),
      "connections:\n  crm: { identity: agent, api_key: literal-key }\n  mail: { client_secret: '${MAIL_SECRET}' }\n",
    );

    const config = load({ OPENAI_API_KEY: "sk-environment", MAIL_SECRET: "from-variable" });

    expect(config.secrets.map((secret) => secret.reveal())).toEqual(
      expect.arrayContaining(["sk-environment", "literal-key", "from-variable"]),
    );
  });

  describe("slices of other folders", () => {
    const slices = {
      mail: {
        title: "Mail",
        settings: {
          maxPerHour: setting({
            name: "DEPUTY_MAIL_PER_HOUR",
            description: "Letters an hour",
            schema: z.string().transform(Number),
            default: "10",
          }),
        },
      },
    } as const;

    it("are read like those of this folder", () => {
      expect(loadConfig({ env: {}, cwd, slices }).mail.maxPerHour).toBe(10);
      expect(loadConfig({ env: { DEPUTY_MAIL_PER_HOUR: "3" }, cwd, slices }).mail.maxPerHour).toBe(3);
    });

    it("cannot declare a setting or a group a second time", () => {
      const again = { more: { title: "More", settings: slices.mail.settings } };

      expect(() => loadConfig({ env: {}, cwd, slices: { ...slices, ...again } })).toThrow(
        "Two slices declare DEPUTY_MAIL_PER_HOUR",
      );
      expect(() => loadConfig({ env: {}, cwd, slices: { core: slices.mail } })).toThrow(
        "Two slices are called core",
      );
    });
  });
});
