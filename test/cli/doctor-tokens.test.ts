// The issuer whose tokens open `/mcp`, as doctor looks at it.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Finding } from "../../src/cli/check.ts";
import { tokensCheck } from "../../src/cli/doctor-tokens.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { startTokenIssuer, type TokenIssuer } from "../fakes/token-issuer.ts";

describe("cli/doctor-tokens", () => {
  let issuer: TokenIssuer;
  let folder: string;
  beforeAll(async () => {
    issuer = await startTokenIssuer();
    folder = await mkdtemp(path.join(tmpdir(), "deputy-doctor-tokens-"));
  });
  afterAll(async () => {
    await issuer.close();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    issuer.speaksAs = undefined;
    issuer.introspectionBroken = undefined;
    issuer.standsByAll = false;
    issuer.introspectsAt = undefined;
  });

  const look = async (more: object = {}, offline = false): Promise<Finding> => {
    const door = { issuer: issuer.issuer, person: "local:local:{sub}", ...more };
    const file = path.join(folder, "deputy.config.yml");
    await writeFile(file, `mcp_server: ${JSON.stringify(door)}\n`);
    const env = { DEPUTY_DATA: folder, DEPUTY_CONFIG: file, DEPUTY_EGRESS_ALLOW: `127.0.0.1:${issuer.port}` };
    return tokensCheck(loadConfig({ env, cwd: folder }), offline);
  };
  const asking = (secret = issuer.introspector.secret) => ({
    introspection: { client_id: issuer.introspector.id, client_secret: secret },
  });

  it("says that the issuer tells what it took back", async () => {
    expect(await look(asking())).toMatchObject({
      status: "pass",
      observed: expect.stringContaining("took back"),
    });
  });

  it("warns where it could be asked and is not, with how long a token holds then", async () => {
    expect(await look({ token_age: "2h" })).toEqual({
      status: "warn",
      observed: expect.stringMatching(/holds until its end, 2h at most/),
      fix: expect.stringContaining("mcp_server.introspection"),
    });
  });

  it("fails where what answers stands by everything, where it does not answer, and where we may not ask", async () => {
    issuer.standsByAll = true;
    expect(await look(asking())).toMatchObject({ status: "fail" });
    issuer.introspectionBroken = 500;
    await expect(look(asking())).rejects.toThrow(/could not be asked/);
    await expect(look(asking("wrong"))).rejects.toThrow(/could not be asked/);
    issuer.speaksAs = "https://login.example";
    await expect(look()).rejects.toThrow(/its metadata is of another issuer/);
  });

  it("reads an issuer whose introspection_endpoint is none, and asks where the configuration says", async () => {
    issuer.introspectsAt = "introspect here";
    expect(await look()).toMatchObject({ status: "pass" });
    await expect(look(asking())).rejects.toThrow(/names no introspection_endpoint/);
    const { introspection } = asking();
    const told = { ...introspection, endpoint: `${issuer.issuer}/introspect` };
    expect(await look({ introspection: told })).toMatchObject({ status: "pass" });
  });

  it("asks nobody where it is told to stay offline", async () => {
    issuer.speaksAs = "https://login.example";
    expect(await look({}, true)).toMatchObject({ status: "skip" });
  });
});
