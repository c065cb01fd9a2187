import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { builtinSlices } from "../../src/config/builtin-slices.ts";
import { describeConfig } from "../../src/config/describe-config.ts";
import { loadConfig } from "../../src/config/load-config.ts";

const file = `
connections:
  literal: { identity: agent, api_key: LITERAL }
  variable: { identity: agent, api_key: "\${API_KEY}" }
  oauth: { client_id: deputy, client_secret: "\${CLIENT}" }
mcp:
  crm: { command: ./crm, args: ["--token", "\${ARG}"], env: { TOKEN: ENVTEXT } }
agents:
  - name: ada
    role: analyst in \${PLACE}
    instructions: ./ada.md
`;

describe("config/describe-config", () => {
  let cwd = "";

  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), "deputy-describe-"));
    writeFileSync(join(cwd, "ada.md"), "Be exact.");
  });

  afterEach(() => {
    rmSync(cwd, { recursive: true });
  });

  it("lists every setting with its value and where it came from", () => {
    const described = describeConfig(loadConfig({ env: { PORT: "8080" }, cwd }));

    expect(described.settings).toContainEqual({
      name: "PORT",
      group: "core",
      value: "8080",
      origin: "environment",
    });
    expect(described.settings).toContainEqual({
      name: "HOST",
      group: "core",
      value: "127.0.0.1",
      origin: "default",
    });
    expect(described.settings).toContainEqual({ name: "SLACK_TEAM_ID", group: "slack", origin: "unset" });
    expect(described.settings).toHaveLength(
      Object.values(builtinSlices).flatMap(({ settings }) => Object.keys(settings)).length,
    );
  });

  it("G4: what it prints of a setting means the same when it is set", () => {
    const settings = Object.values(builtinSlices).flatMap(({ settings: some }) => Object.values(some));
    const told = {
      DEPUTY_APPROVAL_TTL: "90s",
      DEPUTY_CHECK_IN_MINUTES: "0.5",
      DEPUTY_EGRESS_ALLOW: "a.example:443, b.example:80",
      SLACK_TEAM_ID: "T0001, E0002",
      TEAMS_SERVICE_HOSTS: "a.example, b.example:8443",
    };
    writeFileSync(join(cwd, "deputy.config.yml"), "");
    const first = loadConfig({ env: told, cwd });

    const printed = describeConfig(first).settings.flatMap(({ name, value }) =>
      value === undefined || settings.find((one) => one.name === name)?.secret
        ? []
        : [[name, value] as const],
    );
    const again = loadConfig({ env: Object.fromEntries(printed), cwd });

    expect(Object.fromEntries(printed)).toMatchObject({
      DEPUTY_APPROVAL_TTL: "90s",
      DEPUTY_CHECK_IN_MINUTES: "30s",
      DEPUTY_CONSENT_TTL: "10m",
      TEAMS_SERVICE_HOSTS: "a.example,b.example:8443",
    });
    for (const group of ["core", "state", "model", "slack", "teams", "limits", "observability"] as const)
      expect({ [group]: again[group] }).toEqual({ [group]: first[group] });
  });

  it("shows where a secret address leads, without user and password", () => {
    const described = describeConfig(
      loadConfig({
        env: { DATABASE_URL: "postgres://ana:hunter2@db.example:5432/deputy?sslpassword=x" },
        cwd,
      }),
    );

    const shown = described.settings.find(({ name }) => name === "DATABASE_URL")?.value;
    expect(shown).toMatch(/^postgres:\/\/db\.example:5432\/deputy \[secret:[0-9a-f]{8}\]$/);
  });

  it("shows of the file what stands in it, not what came through variables and named files", () => {
    writeFileSync(join(cwd, "deputy.config.yml"), file);

    const { file: shown } = describeConfig(
      loadConfig({ env: { API_KEY: "aaaaaa", CLIENT: "bbbbbb", ARG: "cccccc", PLACE: "Prague" }, cwd }),
    );

    expect(shown.settings).toMatchObject({
      agents: [{ name: "ada", role: "analyst in ${PLACE}", instructions: "./ada.md" }],
      connections: {
        literal: { api_key: expect.stringMatching(/^\[secret:/) },
        variable: { api_key: "${API_KEY}" },
        oauth: { client_id: "deputy", client_secret: "${CLIENT}" },
      },
      mcp: { crm: { args: ["--token", "${ARG}"], env: { TOKEN: expect.stringMatching(/^\[secret:/) } } },
    });
  });

  it("says whether there is a file, and what is worth knowing", () => {
    const described = describeConfig(loadConfig({ env: { TEAMS_APP_PASSWORD: "a-password-of-teams" }, cwd }));

    expect(described.file).toMatchObject({ path: join(cwd, "deputy.config.yml"), found: false });
    expect(described.notes).toEqual([expect.stringContaining("Teams is half configured")]);
  });

  it("never prints the value of a secret, whatever it is", () => {
    const word = fc.stringMatching(/^[A-Za-z0-9+/_.~-]{12,40}$/);
    const names = Object.values(builtinSlices)
      .flatMap(({ settings }) => Object.values(settings))
      .filter(({ secret, name }) => secret && !/URL|NODES|MASTER_KEY|HEADERS/.test(name))
      .map(({ name }) => name);

    fc.assert(
      fc.property(
        fc.uniqueArray(word, { minLength: names.length + 10, maxLength: names.length + 10 }),
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        (words, key) => {
          const [user, pass, redis, node, literal, variable, client, arg, envText, headers, ...rest] =
            words.map(encodeURIComponent);
          const masterKey = Buffer.from(key).toString("base64");
          writeFileSync(
            join(cwd, "deputy.config.yml"),
            file.replace("LITERAL", `"${literal}"`).replace("ENVTEXT", `"${envText}"`),
          );
          const env = {
            ...Object.fromEntries(names.map((name, at) => [name, rest[at]])),
            DATABASE_URL: `postgres://${user}:${pass}@db.example/x?options=${user}`,
            REDIS_URL: `rediss://:${redis}@redis.example:6380/1`,
            REDIS_CLUSTER_NODES: `redis://:${node}@a.example:1,b.example:2`,
            DEPUTY_MASTER_KEY: masterKey,
            OTEL_EXPORTER_OTLP_HEADERS: `authorization=${headers}`,
            API_KEY: variable,
            CLIENT: client,
            ARG: arg,
            PLACE: "Prague",
          };

          const described = describeConfig(loadConfig({ env, cwd }));
          const printed = `${JSON.stringify(described)}\n${inspect(described, { depth: 20 })}`;

          const values = [
            user,
            pass,
            redis,
            node,
            literal,
            variable,
            client,
            arg,
            envText,
            headers,
            ...rest,
            masterKey,
          ];
          for (const secret of values) expect(printed).not.toContain(secret);
        },
      ),
      { numRuns: 60 },
    );
  });
});
