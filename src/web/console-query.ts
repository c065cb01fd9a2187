// What an address of the console asks for. What can't be read is as if it were not there.

import { asRunId } from "../domain/ids.ts";
import { runStates } from "../domain/run.ts";
import type { ConsoleQuery } from "../gateway/console-index.ts";
import type { RunMark } from "../store/contract-runs.ts";

const longest = 200;

export function readQuery(query: Readonly<Record<string, string>>): ConsoleQuery {
  const state = runStates.find((one) => one === query["state"]);
  return {
    whose: query["whose"] === "all" ? "all" : "mine",
    state,
    agent: textOf(query["agent"]),
    channel: textOf(query["channel"]),
    after: readMark(query["after"] ?? ""),
  };
}

function textOf(text = ""): string | undefined {
  const wanted = text.trim();
  return wanted === "" || wanted.length > longest ? undefined : wanted;
}

export function writeMark({ createdAt, id }: RunMark): string {
  return `${createdAt}.${id}`;
}

function readMark(text: string): RunMark | undefined {
  const found = /^(\d{1,15})\.(run_[0-9a-z]{1,40})$/.exec(text);
  return found ? { createdAt: Number(found[1]), id: asRunId(found[2] ?? "") } : undefined;
}
