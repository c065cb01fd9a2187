// The connections of the configuration file, as doctor looks at them.

import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Finding } from "../../src/cli/check.ts";
import { connectionsCheck } from "../../src/cli/doctor-connections.ts";
import { parseConfigFile } from "../../src/config/file/load-config-file.ts";

const key = generateKeyPairSync("ec", { namedCurve: "P-256" })
  .privateKey.export({ type: "pkcs8", format: "pem" })
  .toString();

async function look(erp: object): Promise<Finding> {
  const text = `connections: ${JSON.stringify({ erp: { issuer: "https://login.example", ...erp } })}\n`;
  return connectionsCheck({ file: parseConfigFile(text, "/etc/deputy.config.yml", {}).loaded });
}

describe("cli/doctor-connections", () => {
  it("tries the client_key of a connection", async () => {
    expect(await look({ client_id: "d", client_key: { key } })).toMatchObject({ status: "pass" });
    await expect(look({ client_id: "d", client_key: { key, algorithm: "RS256" } })).rejects.toThrow(
      "The client_key of the connection erp can't be used: it can't be used with RS256.",
    );
  });

  it("warns of what a connection lacks", async () => {
    expect(await look({})).toMatchObject({
      status: "warn",
      observed: expect.stringContaining("no client_id"),
    });
  });
});
