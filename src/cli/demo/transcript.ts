// Prints the local chat as it happens: who said what where, edits as edits.

import type { LocalMessage, LocalRoom, RoomEvent } from "../../chat/local/room.ts";
import { plainText } from "../../chat/plain-text.ts";
import type { Output } from "../contract.ts";

export function createTranscript(
  room: LocalRoom,
  out: Output,
  now: () => number,
): (event: RoomEvent) => void {
  const startedAt = now();
  const paint = painter(out.isTTY ?? false);
  const line = (who: string, what: string, body: string): void => {
    const seconds = ((now() - startedAt) / 1000).toFixed(1).padStart(5);
    out.write(`${paint.dim(`${seconds}s`)}  ${paint.bold(who)} ${paint.dim(what)}\n`);
    if (body === "") return;
    for (const row of body.split("\n")) out.write(row === "" ? "\n" : `        ${row}\n`);
  };
  const shown = new Map<string, string>();

  return (event) => {
    if (event.kind === "status") {
      line(room.agentName, `marks its thread in ${place(room, event.channel)} as ${event.status}`, "");
      return;
    }
    const { message, change } = event;
    if (change === "delivery") return;
    const who = author(room, message);
    if (change === "reacted") {
      line(room.agentName, `reacts with ${message.reactions.at(-1) ?? ""} to ${who}'s message`, "");
      return;
    }
    const body = bodyOf(message);
    const before = shown.get(message.id);
    shown.set(message.id, body);
    if (change === "edited" && before !== undefined) {
      line(who, `${where(room, message)} edits ${nameOf(message)}`, changedLines(before, body));
      return;
    }
    line(who, where(room, message), body);
  };
}

function author(room: LocalRoom, message: LocalMessage): string {
  if (message.content.kind === "deputy") return room.agentName;
  const { author: key } = message.content;
  return room.people().find((person) => person.key === key)?.name ?? key;
}

function where(room: LocalRoom, message: LocalMessage): string {
  const thread = message.thread === message.id ? "" : ", in the thread";
  const to = message.to === undefined ? "" : ", only to one person";
  return `in ${place(room, message.channel)}${thread}${to}`;
}

function place(room: LocalRoom, channel: string): string {
  const found = room.channels().find((one) => one.id === channel);
  return found?.kind === "channel" ? `#${found.name}` : "a direct message";
}

function nameOf(message: LocalMessage): string {
  return message.content.kind === "deputy" && message.content.body.kind === "card"
    ? "the run card"
    : "a message";
}

function bodyOf(message: LocalMessage): string {
  const text = message.content.kind === "text" ? message.content.text : plainText(message.content.body);
  const files = message.files.map((file) => `[file ${file.name}, ${file.sizeBytes} bytes]`);
  return [text, ...files].filter((part) => part !== "").join("\n");
}

/** What an edit changed: new lines with +, gone ones with -. */
function changedLines(before: string, after: string): string {
  const old = new Set(before.split("\n"));
  const fresh = new Set(after.split("\n"));
  return [
    ...[...old].filter((row) => row !== "" && !fresh.has(row)).map((row) => `- ${row}`),
    ...[...fresh].filter((row) => row !== "" && !old.has(row)).map((row) => `+ ${row}`),
  ].join("\n");
}

function painter(color: boolean): { dim(text: string): string; bold(text: string): string } {
  const wrap = (code: number) => (text: string) => (color ? `\u001B[${code}m${text}\u001B[0m` : text);
  return { dim: wrap(2), bold: wrap(1) };
}
