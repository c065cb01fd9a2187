// What people give `deputy audit`: times, sequences, tenants, and public keys.

import { createPublicKey } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Bound } from "../audit/export.ts";
import { AppError } from "../base/errors.ts";
import { parseJson } from "../base/json.ts";
import { KeyLine } from "../domain/audit-line.ts";
import type { TenantId } from "../domain/ids.ts";
import type { Store } from "../store/contract.ts";
import { cannotRead } from "./cannot-read.ts";

/** A sequence, a date or a time (RFC 3339). A date is its first moment, or its last where it is an end. */
export function boundOf(text: string, end: boolean): Bound {
  if (/^\d{1,15}$/.test(text)) return { seq: Number(text) };
  const isDate = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const at = isDate || /^\d{4}-\d{2}-\d{2}T/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at))
    throw new AppError(
      "cli.usage",
      `${text} is neither a date (2026-11-28), a time (2026-11-28T09:00:00Z) nor the number of an event.`,
    );
  return { at: isDate && end ? at + 86_399_999 : at };
}

/** What ends before it begins would read as a time in which nothing happened. */
export function requireOrder(from: Bound, to: Bound): void {
  const isBackward = "seq" in from ? "seq" in to && from.seq > to.seq : "at" in to && from.at > to.at;
  if (isBackward) throw new AppError("cli.usage", "What --from and --to name ends before it begins.");
}

/** Nothing is exported of a tenant that the log doesn't know: an empty export would read as one in which nothing happened. */
export async function requireTenant(store: Store, tenant: TenantId): Promise<void> {
  const known = (await store.read((tx) => tx.audit.heads())).map((head) => head.tenant);
  if (known.includes(tenant)) return;
  const there = known.length === 0 ? "It is empty." : `It has: ${known.join(", ")}.`;
  throw new AppError("cli.unknown_tenant", `The log has nothing of a tenant ${tenant}. ${there}`);
}

/** Public keys that somebody kept: key lines of an export, 32 bytes in base64 a line, or PEM. */
export async function publicKeysOf(file: string): Promise<string[]> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw cannotRead(file, error);
  });
  const keys = text.includes("-----BEGIN") ? [fromPem(text, file)] : text.split("\n").flatMap(fromLine);
  if (keys.length > 0) return keys;
  throw new AppError("cli.no_key", `${file} holds no public key: key lines of an export, base64 or PEM.`);
}

function fromPem(text: string, file: string): string {
  try {
    const { x = "", crv } = createPublicKey(text).export({ format: "jwk" });
    if (crv === "Ed25519") return Buffer.from(x, "base64url").toString("base64");
  } catch {
    // OpenSSL's words say nothing that helps
  }
  throw new AppError(
    "cli.no_key",
    `${file} holds no public key that signs an audit log: one of Ed25519, as PEM.`,
  );
}

function fromLine(line: string): string[] {
  const value = parseJson(line)?.value;
  const key = KeyLine.safeParse(value);
  if (key.success) return [key.data.public_key];
  return Buffer.from(line.trim(), "base64").length === 32 ? [line.trim()] : [];
}
