// From what people wrote and attached to what a run is told.

import { byteSize } from "../chat/byte-size.ts";
import type { InboundMessage } from "../domain/inbound.ts";
import type { Arrived } from "./arrivals.ts";

const longestTitle = 80;
const longestInline = 8_000;
const namedFiles = 20;

/** More than this goes to a file of the workspace, with its beginning in the text. */
export function isLong(text: string): boolean {
  return text.length > longestInline;
}

/** What the message says, with a line per file and where it is. `arrived` is absent where its files are not taken in. */
export function messageText(message: InboundMessage, arrived: Arrived | undefined): string {
  return [shownText(message.text.trim(), arrived), ...fileLines(message, arrived)]
    .filter((part) => part !== "")
    .join("\n");
}

function shownText(text: string, arrived: Arrived | undefined): string {
  if (!isLong(text)) return text;
  const start = text.slice(0, longestInline).toWellFormed();
  if (arrived?.longText === undefined)
    return `${start}\n[The message goes on; ${text.length} characters in all.]`;
  return `${start}\n[The message goes on. The whole of it, ${text.length} characters, is in ${arrived.longText}.]`;
}

function fileLines(message: InboundMessage, arrived: Arrived | undefined): string[] {
  const lines = message.files.map((file, index) => {
    const outcome = arrived?.files[index];
    if (!outcome) return `[Attached but not saved: ${nameOf(file)}]`;
    if (outcome.kind === "failed") return `[Attached but not saved: ${nameOf(file)}. ${outcome.why}]`;
    return `[Attached: ${outcome.path} (${byteSize(outcome.sizeBytes)})]`;
  });
  if (lines.length <= namedFiles) return lines;
  const rest = lines.slice(namedFiles);
  const failed = rest.filter((line) => line.startsWith("[Attached but not saved")).length;
  const tail = `[And ${rest.length - failed} more files in inbox/${failed > 0 ? `; ${failed} more were not saved` : ""}]`;
  return [...lines.slice(0, namedFiles), tail];
}

/** On one line: what follows a line break would stand there as words of whoever sent it (PW2, PW3). */
function nameOf({ name }: InboundMessage["files"][number]): string {
  return name.replaceAll(/[\s\p{Cc}]+/gu, " ");
}

/** The first words, on one line. */
export function titleOf(messages: readonly InboundMessage[]): string {
  const text = messages.map((message) => message.text.trim()).find((said) => said !== "");
  const files = messages.flatMap((message) => message.files.map((file) => file.name));
  return titleLine(text ?? `Look at ${files.join(", ")}`);
}

/** What was asked, before a plan names it better. */
export function titleLine(text: string): string {
  const line = (text.trim().split("\n", 1)[0] ?? "").replace(/\s+/gu, " ").trim();
  return line.length > longestTitle ? `${line.slice(0, longestTitle - 1).trimEnd()}…` : line;
}

export function isEmpty(message: InboundMessage): boolean {
  return message.files.length === 0 && message.text.replace(/[\s\uFFFD\p{Cc}\p{Cf}]/gu, "") === "";
}
