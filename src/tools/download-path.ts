// Where a fetched file goes: named after its address and its content, so that the same file twice is one.

import { createHash } from "node:crypto";
import type { FetchedPage } from "../net/contract.ts";

const extensions: ReadonlyMap<string, string> = new Map([
  ["application/pdf", ".pdf"],
  ["application/zip", ".zip"],
  ["application/gzip", ".gz"],
  ["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"],
  ["application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"],
  ["application/vnd.openxmlformats-officedocument.presentationml.presentation", ".pptx"],
  ["image/png", ".png"],
  ["image/jpeg", ".jpg"],
  ["image/gif", ".gif"],
  ["image/webp", ".webp"],
]);

/** `downloads/report-1a2b3c4d.pdf`. */
export function downloadPath(page: Pick<FetchedPage, "url" | "contentType" | "body">): string {
  const [, stem = "", ending] = /^(.*?)(\.[A-Za-z0-9]{1,8})?$/.exec(lastName(page.url)) ?? [];
  const type = page.contentType.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  const extension = extensions.get(type) ?? ending ?? ".bin";
  const hash = createHash("sha256").update(page.body).digest("hex").slice(0, 8);
  return `downloads/${stem === "" ? "file" : stem}-${hash}${extension}`;
}

/** The end of the path in plain characters. */
function lastName(url: string): string {
  const { pathname, hostname } = new URL(url);
  const raw = pathname.split("/").findLast((name) => name !== "") ?? hostname.replaceAll(".", "-");
  const plain = decoded(raw).replaceAll(/[^\p{L}\p{N}._-]+/gu, "-");
  return Array.from(plain)
    .slice(-40)
    .join("")
    .replace(/^[.-]+/, "");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // not percent-encoded UTF-8
  }
}
