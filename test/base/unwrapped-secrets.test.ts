// RED-1: a secret is unwrapped only where it is handed to whom it belongs to, sealed, or looked for.

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const src = new URL("../../src/", import.meta.url).pathname;

/** Each of them hands the value to the service it is for, to the vault, to a comparison, to the redactor, or into the operator's own file of settings. */
const allowed = new Set([
  "app/audit-sink.ts",
  "app/open-edges.ts",
  "app/open-tracing.ts",
  "app/worker-parts.ts",
  "audit/payloads.ts",
  "audit/signatures.ts",
  "base/secret.ts",
  "cli/commands/init.ts",
  "cli/commands/migrate.ts",
  "config/contract.ts",
  "config/file/connection-schema.ts",
  "model/openai/openai-client.ts",
  "telemetry/redact.ts",
  "tools/sandbox/services.ts",
  "web/service-routes.ts",
]);
/** Folders whose files speak with the service or hold the key. */
const folders = ["chat/slack/", "chat/teams/", "grants/", "tools/mcp/", "vault/"];

describe("base/secret", () => {
  it("RED-1: is unwrapped in these places and nowhere else", () => {
    const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith(".ts"),
    );
    const unwrapping = files.filter((name) =>
      readFileSync(path.join(src, name), "utf8").includes(".reveal()"),
    );
    const elsewhere = unwrapping.filter((name) => !folders.some((folder) => name.startsWith(folder)));

    expect(elsewhere.filter((name) => !allowed.has(name))).toEqual([]);
  });
});
