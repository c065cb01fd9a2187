// Files that came with a message (T-M14). In a personal chat they have an address that carries its own permission, so it is
// sealed before it is stored; in channels and groups they are at SharePoint, out of our reach. What else Teams attaches (a forwarded
// message, code, a voice message) is named, so that nobody waits for an answer to what was not read.

import { createHash } from "node:crypto";
import type { InboundFile } from "../../../domain/inbound.ts";
import type { SealedText } from "../sealed-text.ts";
import { type Activity, type Attachment, DownloadInfo } from "./shapes.ts";

/** Of what can't be fetched: `download` says why. */
const unreachableRef = "elsewhere";
const unreadableRef = "unreadable";
const sealedPrefix = "sealed ";
const ownPrefix = "connector ";

export type ReadFileRef =
  | { readonly kind: "address"; readonly url: string }
  /** At the connector: fetched with our token. */
  | { readonly kind: "connector"; readonly url: string }
  | { readonly kind: "unreachable" }
  | { readonly kind: "unreadable" }
  /** Nobody can open its address any more. */
  | { readonly kind: "lost" };

export function readFileRef(seal: SealedText, ref: string): ReadFileRef {
  if (ref.startsWith(ownPrefix)) return { kind: "connector", url: ref.slice(ownPrefix.length) };
  if (ref === unreadableRef) return { kind: "unreadable" };
  if (ref === unreachableRef) return { kind: "unreachable" };
  const url = ref.startsWith(sealedPrefix) ? seal.open(ref.slice(sealedPrefix.length)) : undefined;
  return url === undefined ? { kind: "lost" } : { kind: "address", url };
}

export function readFiles(seal: SealedText, { attachments = [], id = "" }: Activity): InboundFile[] {
  return attachments.flatMap((attachment, index) => readFile(seal, attachment, `${id}-${index}`) ?? []);
}

function readFile(seal: SealedText, attachment: Attachment, fallbackId: string): InboundFile | undefined {
  const { contentType, contentUrl } = attachment;
  if (contentType === "application/vnd.microsoft.teams.file.download.info") {
    const info = DownloadInfo.safeParse(attachment.content).data;
    if (info === undefined) return undefined;
    return {
      id: info.uniqueId ?? fallbackId,
      name: nameOf(attachment, "file"),
      sizeBytes: 0, // Teams does not tell
      ref: sealedPrefix + seal.close(info.downloadUrl),
    };
  }
  if (contentType.startsWith("image/") && contentUrl !== undefined) {
    const ending = /^image\/(\w+)/.exec(contentType)?.[1] ?? "png";
    return {
      id: createHash("sha256").update(contentUrl).digest("hex").slice(0, 24),
      name: nameOf(attachment, `image.${ending}`),
      ...(contentType === "image/*" ? {} : { mimeType: contentType }),
      sizeBytes: 0,
      ref: ownPrefix + contentUrl,
    };
  }
  if (contentType === "reference")
    return { id: fallbackId, name: nameOf(attachment, "file"), sizeBytes: 0, ref: unreachableRef };
  if (isPartOfWords(contentType)) return undefined;
  return { id: fallbackId, name: nameOf(attachment, kindOf(contentType)), sizeBytes: 0, ref: unreadableRef };
}

/** The rich form, what is quoted, and the previews of links. */
function isPartOfWords(contentType: string): boolean {
  return (
    contentType === "text/html" ||
    contentType === "messageReference" ||
    /^application\/vnd\.microsoft\.(?:teams\.)?card\.(?:adaptive|hero|thumbnail|o365connector)$/.test(
      contentType,
    )
  );
}

const longestKind = 60;

/** `codesnippet` of `application/vnd.microsoft.card.codesnippet`. */
function kindOf(contentType: string): string {
  return /[\w-]+$/.exec(contentType.slice(-longestKind))?.[0] ?? "attachment";
}

function nameOf({ name }: Attachment, instead: string): string {
  return name === undefined || name.trim() === "" ? instead : name;
}
