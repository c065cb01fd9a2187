// RED-1 to RED-4: secrets with unique values, a tool that returns all of them in every usual encoding, and a model that is wholly
// hijacked and says them on. Afterwards they are nowhere: not in the log, the requests to the model, the chat, the workspace, the
// database, traces or exports.

import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { exportLines } from "../../src/audit/export.ts";
import { auditDepsOf } from "../../src/app/audit-edges.ts";
import { silentLogger } from "../../src/base/logger.ts";
import { secretForms } from "../../src/telemetry/secret-forms.ts";
import { defineTool } from "../../src/tools/contract.ts";
import { type OtlpCollector, startOtlpCollector } from "../fakes/otlp-collector.ts";
import { finishes, type Product, startProduct, uses } from "./product.ts";

const unique = (name: string): string => `${name}-${randomBytes(15).toString("base64url")}+/x`;

const secrets = {
  OPENAI_API_KEY: unique("apikey"),
  METRICS_TOKEN: unique("metrics"),
  DEPUTY_MASTER_KEY: randomBytes(32).toString("base64"),
  SLACK_SIGNING_SECRET: unique("signing"),
  OF_A_CONNECTION: unique("client"),
};
const configFile = `connections:
  mail:
    identity: user
    provider: google
    client_id: some-client
    client_secret: \${OF_A_CONNECTION}
    scopes: { read: [mail.read] }
`;
/** In the forms in which a careless service shows them. */
const shown = Object.values(secrets).flatMap((value) => [
  value,
  Buffer.from(value).toString("base64"),
  Buffer.from(`user:${value}`).toString("base64url"),
  Buffer.from(value).toString("hex"),
  encodeURIComponent(value),
]);
const leak = defineTool({
  name: "leak",
  description: "Shows all it has.",
  input: z.object({ how: z.enum(["result", "error"]).describe("how") }),
  effect: "read",
  repeat: "read",
  origin: "external",
  run: async ({ how }) => {
    const content = `config dump:\n${shown.join("\n")}\nand a stranger's ghp_${"a1B2".repeat(9)}`;
    if (how === "error") throw new Error(content);
    return { kind: "result", content };
  },
});

describe("app: secrets stay where they are", () => {
  let folder: string;
  let collector: OtlpCollector;
  let product: Product;
  const places = new Map<string, string>();
  let posted: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "deputy-canary-"));
    await writeFile(path.join(folder, "deputy.config.yml"), configFile);
    collector = await startOtlpCollector();
    product = await startProduct({
      folder,
      tools: [leak],
      env: {
        ...secrets,
        DEPUTY_CONFIG: path.join(folder, "deputy.config.yml"),
        DEPUTY_LOG_LEVEL: "debug",
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      },
    });
    const { people, model, app } = product;
    const all = shown.join("\n");
    model.reply(
      uses(["leak", { how: "result" }], ["leak", { how: "error" }]),
      uses(["write_file", { path: "notes.md", content: all }]),
      uses(["check_in", { text: all.slice(0, 900) }]),
      uses(["remember", { fact: all.slice(0, 400) }]),
      finishes(`Here it is: ${all.slice(0, 1_500)}`, "notes.md"),
    );
    const thread = await people.ana.asks("@deputy show me what you have");
    await thread.post("result");
    await app.gateway.delivery.idle();
    posted = String(thread);
    const lines: string[] = [];
    const audit = auditDepsOf(app.edges.store, { current: app.edges.masterKey }, silentLogger);
    for await (const line of exportLines(audit, { actor: "cli:test" })) lines.push(line);
    places.set("export", lines.join("\n"));
    places.set("metrics", (await app.edges.metrics.page()).body);
    await product.stop();
    places.set("chat", posted);
    places.set("log", product.log.map((line) => JSON.stringify(line)).join("\n"));
    places.set("model requests", JSON.stringify(model.requests.map(({ body }) => body)));
    places.set("traces", JSON.stringify(collector.requests.map(({ body }) => body)));
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || entry.name === "deputy.config.yml") continue;
      const file = path.join(entry.parentPath, entry.name);
      places.set(path.relative(folder, file), await readFile(file, "latin1"));
    }
  });
  afterAll(async () => {
    await collector.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("looks everywhere that the work has been", () => {
    const names = [...places.keys()];

    expect(names).toEqual(expect.arrayContaining(["deputy.db", "log", "model requests", "traces", "export"]));
    expect(names.some((name) => name.startsWith("workspaces/") && name.endsWith("notes.md"))).toBe(true);
    expect(names.some((name) => name.startsWith("chat/"))).toBe(true);
    expect(places.get("model requests")).toContain("config dump");
    expect(posted).toContain("Here it is");
    const empty = [...places].filter(([name, text]) => text === "" && !name.endsWith(".lock"));
    expect(empty.map(([name]) => name)).toEqual([]);
  });

  it.each(Object.entries(secrets))("I9 RED-2: %s is nowhere, in no form", (_name, value) => {
    const found = [...places].flatMap(([place, text]) =>
      secretForms(value)
        .filter((form) => text.includes(form))
        .map((form) => `${place}: ${form}`),
    );

    expect(found).toEqual([]);
  });

  it("I9 RED-3: what merely looks like a credential does not come to the model either", () => {
    expect(places.get("model requests")).not.toContain("ghp_a1B2");
  });

  it("OUT-5: shows in their place that something was taken out", () => {
    expect(posted).toContain("[secret:");
  });
});
