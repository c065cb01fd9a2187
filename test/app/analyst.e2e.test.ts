// Data work in the whole product: a CSV in the chat, Python in the sandbox, a chart as PNG in the thread.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { localTenant } from "../../src/chat/local/cast.ts";
import type { RunState } from "../../src/domain/run.ts";
import { messagesOf } from "../fakes/fake-openai.ts";
import { finishes, type Product, startProduct, uses } from "./product.ts";

const example = fileURLToPath(new URL("../../examples/data-analyst/deputy.config.yml", import.meta.url));
const sales = readFileSync(new URL("../../examples/sales-2026.csv", import.meta.url));

/** With matplotlib where there is one, else with what Python brings. */
const chart = `
import csv, struct, zlib
rows = list(csv.DictReader(open("inbox/sales-2026.csv")))
totals = {}
for row in rows:
    region = row["region"] or "unknown"
    try: totals[region] = totals.get(region, 0) + float(row["units"]) * float(row["unit_price"]) * (1 - float(row["discount"] or 0))
    except ValueError: pass
print({region: round(total) for region, total in sorted(totals.items())})
try:
    import matplotlib.pyplot as plt
    plt.bar(list(totals), list(totals.values()))
    plt.savefig("chart.png")
except ImportError:
    width, height, most = 40 * len(totals), 200, max(totals.values())
    tall = [int(180 * total / most) for total in totals.values()]
    lines = b"".join(
        b"\\0" + bytes(40 if height - y <= tall[x // 40] and x % 40 > 8 else 255 for x in range(width)) for y in range(height)
    )
    part = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    head = part(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    open("chart.png", "wb").write(b"\\x89PNG\\r\\n\\x1a\\n" + head + part(b"IDAT", zlib.compress(lines)) + part(b"IEND", b""))
`;

let product: Product;
beforeAll(async () => {
  product = await startProduct({ env: { DEPUTY_CONFIG: example } });
});
afterAll(() => product.stop());

const shown = (mark: string): string =>
  product.model.requests.map(({ body }) => messagesOf(body)).findLast((text) => text.includes(mark)) ?? "";

const stepsOf = (state: RunState) =>
  product.app.edges.store.read(async (tx) => {
    const run = (await tx.runs.list({ limit: 100 })).find((one) => one.state === state);
    return run ? tx.steps.list(run.id, 0) : [];
  });

describe("app: a data analyst", () => {
  it("SBX-1, SBX-8: draws a chart from the CSV that was sent, and shares it in the thread", async () => {
    product.model.replyTo(
      "chart-please",
      uses(["write_file", { path: "work/chart.py", content: chart }]),
      uses(["run_command", { command: "python3 work/chart.py" }]),
      uses(["share_file", { path: "chart.png", title: "Revenue by region" }]),
      finishes("EMEA leads.", "work/chart.py"),
    );

    const thread = await product.people.ana.asks("@deputy chart-please: revenue by region", {
      files: [{ name: "sales-2026.csv", content: sales }],
    });
    const result = await thread.post("result");

    expect(result.body).toMatchObject({ outcome: "done", text: "EMEA leads." });
    expect(shown("chart-please")).toMatch(/Exit code 0 .*'EMEA': \d+/s);
    const [file] = thread.posts("notice").flatMap(({ body }) => body.files ?? []);
    expect(file).toMatchObject({ name: "chart.png" });
    const image = await product.app.edges.workspaces.blobs.get(file?.sha256 ?? "");
    expect(image.subarray(1, 4).toString()).toBe("PNG");
    const command = (await stepsOf("done")).find(({ tool }) => tool === "run_command");
    expect(command).toMatchObject({ state: "done" });
    const versions = await product.app.edges.store.read(async (tx) => {
      const [run] = await tx.runs.list({ limit: 1 });
      const conversation = run && (await tx.conversations.find(run.conversation));
      return tx.manifests.list(conversation?.workspace ?? "");
    });
    expect(versions.map(({ step }) => step)).toContain(command?.n);
  });

  it("SBX-5: /readyz says how the sandbox is", async () => {
    const answer: unknown = await (await fetch(`${product.app.url}/readyz`)).json();
    expect(answer).toMatchObject({ checks: { sandbox: { kind: "ready" } } });
  });

  it("X3: a stop ends a command at once", async () => {
    product.model.replyTo(
      "long-one",
      uses(["run_command", { command: "touch begun; sleep 600", timeout_seconds: 900 }]),
    );
    const thread = await product.people.ana.asks("@deputy long-one");
    await expect.poll(() => shown("long-one")).not.toBe("");
    const isUnderWay = async () =>
      (await stepsOf("working")).some(({ tool, state }) => tool === "run_command" && state === "started");
    await expect.poll(isUnderWay).toBe(true);

    const stop = await product.people.ana.writes(thread, "stop");
    const stopped = await thread.post("result");

    expect(stopped.body.outcome).toBe("stopped");
    expect(stopped.sentAt - stop.sentAt).toBeLessThan(5_000);
  });

  it("EGR-2: a host that is refused goes on record", async () => {
    product.model.replyTo(
      "blocked-host",
      uses(["fetch_url", { url: "https://169.254.169.254/latest/meta-data/?k=secret" }]),
      finishes("It is refused."),
    );
    const thread = await product.people.ana.asks("@deputy blocked-host");
    await thread.post("result");

    const events = await product.app.edges.store.read((tx) => tx.audit.list(localTenant, 0, 1_000));
    const denied = events.filter((event) => JSON.stringify(event).includes("egress.denied"));
    expect(denied).toHaveLength(1);
    expect(JSON.stringify(denied)).toContain("169.254.169.254");
    expect(JSON.stringify(denied)).not.toContain("secret");
  });
});
