// The record as it arrives at a collector (AUD-6).

import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { auditSink } from "../../src/app/audit-sink.ts";
import { createAuditStream, type StreamSink } from "../../src/audit/stream.ts";
import { systemClock } from "../../src/base/clock.ts";
import { Secret } from "../../src/base/secret.ts";
import { parseConfigFile } from "../../src/config/file/load-config-file.ts";
import { asTenantId } from "../../src/domain/ids.ts";
import { createGuardedRequest } from "../../src/net/guarded-request.ts";
import { startLoopbackServer } from "../net/loopback-server.ts";
import { type AuditWorld, parsed, startAuditWorld } from "./audit-world.ts";

describe("audit/stream", () => {
  let world: AuditWorld;
  beforeEach(async () => {
    world = await startAuditWorld();
  });
  afterEach(() => world.end());

  const seqs = (lines: readonly string[], tenant = "slack-T0001"): unknown[] =>
    lines.map((line) => parsed(line)).flatMap((it) => (it["tenant"] === tenant ? [it["seq"]] : []));
  const taking = (lines: string[], name = "s"): StreamSink => ({
    name,
    send: (some) => Promise.resolve(void lines.push(...some)),
  });

  it("AUD-6 ST1: sends every tenant's events in their order, then only what is new, also after a restart", async () => {
    const lines: string[] = [];
    await world.append(3);
    await world.append(2, { tenant: asTenantId("local") });
    const deps = { ...world.deps, sink: taking(lines) };
    await createAuditStream(deps)();
    expect([seqs(lines), seqs(lines, "local")]).toEqual([
      [1, 2, 3],
      [1, 2],
    ]);
    await world.append(1);
    await createAuditStream(deps)();
    expect(seqs(lines)).toEqual([1, 2, 3, 4]);
    expect(lines[0]).toContain('"hash":"');
  });

  it("AUD-6 ST1 ST2: what did not arrive is sent again, after a rest, and a slow start loses none of many", async () => {
    const lines: string[] = [];
    let away = true;
    const sink: StreamSink = {
      name: "s",
      send: (some) => (away ? Promise.reject(new Error("away")) : taking(lines).send(some)),
    };
    await world.append(510);
    const look = createAuditStream({ ...world.deps, sink });
    await expect(look()).rejects.toThrow("away");
    away = false;
    await look();
    expect(lines).toEqual([]);
    world.deps.now += 30_000;
    await look();
    await look();
    expect(seqs(lines)).toEqual(Array.from({ length: 510 }, (_, n) => n + 1));
  });

  it("AUD-6: to a file it is added, one event a line", async () => {
    const file = path.join(path.dirname(world.anchor), "stream.ndjson");
    const { loaded } = parseConfigFile(
      `security: { audit_stream: { file: ${file} } }`,
      "/etc/deputy.config.yml",
      {},
    );
    const to = loaded.settings.security.audit_stream;
    await world.append(2);
    if (!to) throw new Error("It is not read");
    await createAuditStream({ ...world.deps, sink: auditSink(to, () => Promise.reject(new Error("no"))) })();
    expect(seqs((await readFile(file, "utf8")).trim().split("\n"))).toEqual([1, 2]);
    await rm(file);
  });

  it("AUD-6 EGR-1: to an address by the guarded way out: what is not listed is not reached, a refusal is no arrival", async () => {
    let status = 500;
    const server = await startLoopbackServer(
      (_request, response) => void response.writeHead(status).end("ok"),
    );
    const url = `${server.origin}/ingest`;
    const to = { url, token: new Secret("siem-token-1") };
    await world.append(2);
    const closed = createGuardedRequest({ allow: [], clock: systemClock });
    await expect(createAuditStream({ ...world.deps, sink: auditSink(to, closed) })()).rejects.toMatchObject({
      code: "net.blocked",
    });
    expect(server.requests).toEqual([]);

    const open = createGuardedRequest({ allow: [new URL(url).host], clock: systemClock });
    const look = createAuditStream({ ...world.deps, sink: auditSink(to, open) });
    await expect(look()).rejects.toMatchObject({ code: "audit.stream_refused" });
    status = 204;
    world.deps.now += 30_000;
    await look();
    const heard = [...server.requests];
    await server.close();
    expect(heard.map(({ body }) => seqs(body.trim().split("\n")))).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect(heard[1]?.headers).toMatchObject({
      authorization: "Bearer siem-token-1",
      "content-type": "application/x-ndjson",
    });
  });

  it("is either a file or an address", () => {
    const problems = (yaml: string): number =>
      parseConfigFile(yaml, "/etc/deputy.config.yml", {}).problems.length;
    expect(problems("security: { audit_stream: {} }")).toBe(1);
    expect(problems("security: { audit_stream: { file: a, url: https://siem.example/ } }")).toBe(1);
    expect(problems("security: { audit_stream: { url: https://siem.example/ } }")).toBe(0);
  });
});
