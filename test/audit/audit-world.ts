// A log with checkpoints, exported, and what an attacker does to the lines.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createCheckpoints } from "../../src/audit/checkpoints.ts";
import type { AuditDeps } from "../../src/audit/contract.ts";
import { type ExportOptions, exportLines } from "../../src/audit/export.ts";
import { type VerifyOptions, verifyExport } from "../../src/audit/verify.ts";
import { silentLogger } from "../../src/base/logger.ts";
import { Secret } from "../../src/base/secret.ts";
import type { NewAuditEvent } from "../../src/domain/audit-event.ts";
import { hashOfLine } from "../../src/domain/audit-line.ts";
import { canonicalJson } from "../../src/domain/canonical-json.ts";
import { asTenantId, type TenantId } from "../../src/domain/ids.ts";
import { createSqliteStore } from "../../src/store/sqlite.ts";
import { createSeal } from "../../src/vault/seal.ts";

export const t0 = Date.UTC(2026, 10, 28, 9);
export const acme = asTenantId("slack-T0001");

export interface AuditWorld {
  readonly deps: AuditDeps & { now: number };
  readonly anchor: string;
  append(count: number, event?: Partial<NewAuditEvent>): Promise<void>;
  /** Signs what is due, and anchors it. */
  checkpoint(): Promise<void>;
  exported(options?: Partial<ExportOptions>): Promise<string[]>;
  end(): Promise<void>;
}

export async function startAuditWorld(everyMs = 60_000): Promise<AuditWorld> {
  const folder = await mkdtemp(path.join(tmpdir(), "deputy-audit-"));
  const anchor = path.join(folder, "anchor", "audit.jsonl");
  const store = await createSqliteStore({ path: path.join(folder, "deputy.db") });
  const seal = createSeal(new Secret(Buffer.alloc(32, 3).toString("base64")), "audit");
  const deps = { store, seal, log: silentLogger, now: t0, clock: { now: () => deps.now } };
  const checkpoint = createCheckpoints({ ...deps, everyMs, anchors: [anchor] });
  return {
    deps,
    anchor,
    async append(count, event = {}) {
      for (let i = 0; i < count; i += 1) {
        await store.write((tx) =>
          tx.audit.append({
            tenant: acme,
            type: "tool.done",
            time: deps.now,
            actor: "agent:deputy",
            data: { i },
            ...event,
          }),
        );
      }
    },
    checkpoint,
    async exported(options = {}) {
      const lines: string[] = [];
      for await (const line of exportLines(deps, { actor: "cli:test", ...options })) lines.push(line);
      return lines;
    },
    async end() {
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
}

export async function* each(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

export function verdictOn(
  lines: readonly string[],
  { anchor, ...options }: Omit<VerifyOptions, "anchor"> & { readonly anchor?: readonly string[] } = {},
) {
  return verifyExport(each(lines), { ...options, ...(anchor ? { anchor: each(anchor) } : {}) });
}

export type Line = Record<string, unknown>;

export function parsed(line: string): Line {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an object on every line
  return JSON.parse(line) as Line;
}

/** The line with what `change` made of it; with its hash made anew if `rehash`. */
export function changed(line: string, change: (line: Line) => void, rehash = false): string {
  const value = parsed(line);
  change(value);
  if (!rehash) return JSON.stringify(value);
  const { hash: _old, ...rest } = value;
  return JSON.stringify({ ...rest, hash: hashOfLine(canonicalJson(rest)) });
}

/** All events of the tenant from `seq` on, hashed anew so that they follow each other. */
export function rechained(lines: readonly string[], tenant: TenantId, seq: number): string[] {
  let before = "";
  return lines.map((line) => {
    const value = parsed(line);
    if (value["kind"] !== "event" || value["tenant"] !== tenant) return line;
    const next =
      Number(value["seq"]) >= seq
        ? changed(line, (it) => void (before && (it["prev_hash"] = before)), true)
        : line;
    before = String(parsed(next)["hash"]);
    return next;
  });
}
