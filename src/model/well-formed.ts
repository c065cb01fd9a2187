// The transcript as vendors accept it: every tool result stands directly behind its call, and every call has one.
//
//   P1  A result without its call is never sent, nor a call without a result: vendors refuse both, and the run with
//       them. Calls and results are one value here, so that no order of messages can part them again.
//   P2  What the model wrote as arguments or as a tool's name goes back in a form that vendors parse.

import { parseJson } from "../base/json.ts";
import type { ModelMessage } from "./contract.ts";

interface AnsweredCall {
  readonly id: string;
  readonly name: string;
  /** JSON text of an object. */
  readonly arguments: string;
  readonly result: string;
}

export type Turn =
  | { readonly role: "user"; readonly text: string }
  | { readonly role: "assistant"; readonly text: string; readonly calls: readonly AnsweredCall[] };

export interface WellFormed {
  readonly turns: readonly Turn[];
  /** Results whose call is not in the context. */
  readonly dropped: number;
  /** Calls that got a stand-in, because the context has no result for them. */
  readonly unanswered: number;
}

type OpenCall = Omit<AnsweredCall, "result"> & { result?: string };

const standIn = "No result of this call was recorded.";

export function wellFormed(messages: readonly ModelMessage[]): WellFormed {
  const turns: (Extract<Turn, { role: "user" }> | { role: "assistant"; text: string; calls: OpenCall[] })[] =
    [];
  const open: OpenCall[] = [];
  let dropped = 0;
  for (const message of messages) {
    if (message.role === "tool") {
      const call = open.findLast(
        (candidate) => candidate.id === message.callId && candidate.result === undefined,
      );
      if (call) call.result = message.content;
      else dropped += 1;
      continue;
    }
    if (message.role === "user") {
      turns.push({ role: "user", text: message.text });
      continue;
    }
    const calls = message.calls.map(
      (call): OpenCall => ({
        id: call.id,
        name: sendableName(call.name),
        arguments: sendableArguments(call.arguments),
      }),
    );
    open.push(...calls);
    if (message.text !== "" || calls.length > 0) turns.push({ role: "assistant", text: message.text, calls });
  }
  return {
    turns: turns.map((turn) =>
      turn.role === "user"
        ? turn
        : { ...turn, calls: turn.calls.map((call) => ({ ...call, result: call.result ?? standIn })) },
    ),
    dropped,
    unanswered: open.filter((call) => call.result === undefined).length,
  };
}

function sendableName(name: string): string {
  const safe = name.replaceAll(/[^A-Za-z0-9_-]/g, "_").slice(0, 64);
  return safe === "" ? "unnamed_tool" : safe;
}

function sendableArguments(text: string): string {
  if (text.trim() === "") return "{}";
  const value = parseJson(text)?.value;
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? text : JSON.stringify({ malformed_arguments: text });
}
