// One log record as a line for a terminal: time, level, text, fields.

import { terminalText } from "../base/terminal-text.ts";

const colours = { debug: 90, info: 36, warn: 33, error: 31 } as const;
const ownFields = new Set(["level", "time", "msg", "pid", "error"]);

/** `json` is a record as the logger writes it. Ends with a newline. Control characters in values are shown escaped. */
export function prettyLine(json: string, colour: boolean): string {
  const record = recordOf(json);
  if (record === undefined) return json;
  const level = String(record["level"]);
  const paint = (code: number, text: string): string => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const time = String(record["time"]).slice(11, 23);
  const fields = Object.entries(record)
    .filter(([key]) => !ownFields.has(key))
    .map(([key, value]) => `${paint(90, `${terminalText(key)}=`)}${shown(value)}`);
  const head = `${paint(90, time)} ${paint(colourOf(level), level.toUpperCase().padEnd(5))} ${terminalText(String(record["msg"]))}`;
  return `${[head, ...fields, ...errorParts(record["error"])].join(" ")}\n`;
}

function recordOf(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined; // not a record: the caller gets it as it is
  }
}

function colourOf(level: string): number {
  return Object.entries(colours).find(([name]) => name === level)?.[1] ?? 0;
}

function shown(value: unknown): string {
  const text =
    typeof value === "string" && !/[\s"=]/.test(value) && value !== "" ? value : JSON.stringify(value);
  return terminalText(text);
}

/** `error=CODE: message`, and the stack on lines of its own. */
function errorParts(error: unknown): string[] {
  if (typeof error !== "object" || error === null)
    return error === undefined ? [] : [`error=${shown(error)}`];
  const { name, code, message, stack, cause }: Readonly<Record<string, unknown>> = { ...error };
  const title = `error=${terminalText(`${String(code ?? name)}: ${String(message)}`)}`;
  const frames = typeof stack === "string" ? stack.split("\n").filter((line) => /^\s+at /.test(line)) : [];
  const because =
    cause === undefined
      ? []
      : [
          `\n    because ${errorParts(cause)
            .join("")
            .replace(/^error=/, "")}`,
        ];
  return [
    `${title}${frames.map((line) => `\n    ${terminalText(line.trim())}`).join("")}${because.join("")}`,
  ];
}
