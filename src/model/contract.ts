// A language model, as the runtime sees it. Vendors live in drivers beside this file.
//
//   M1  The model gets text and returns proposals: no credentials, no authority (I9).
//   M2  Drivers don't retry. They translate every failure to a `ModelError` whose `retry` says what may be done.
//   M3  Time and bytes are bounded: a model that hangs, or sends 100 MB, is a `ModelError`.
//   M4  What is heard of an answer while it comes is an extra: the answer that `generate` resolves with is the whole of it, and a
//       driver that can't tell anything before is as good as any.

import type { ToolCallRequest, Usage } from "../domain/step.ts";

export type ModelMessage =
  | { readonly role: "user"; readonly text: string }
  | { readonly role: "assistant"; readonly text: string; readonly calls: readonly ToolCallRequest[] }
  | { readonly role: "tool"; readonly callId: string; readonly content: string };

export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of an object. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

export interface ModelRequest {
  readonly model: string;
  /** `work` is a turn of a run; `distil` asks for notes at a compaction. */
  readonly purpose: "work" | "distil";
  readonly instructions: string;
  readonly messages: readonly ModelMessage[];
  readonly tools: readonly ToolSpec[];
  readonly maxOutputTokens: number;
}

export interface ModelAnswer {
  readonly text: string;
  readonly calls: readonly ToolCallRequest[];
  readonly stop: "end" | "calls" | "length" | "refusal";
  readonly usage: Usage;
  /** The model that answered, where the service names it. */
  readonly model?: string;
}

export interface Model {
  readonly name: string;
  /** Shown to people where it matters: the scripted model says that it is scripted. */
  readonly scripted: boolean;
  /** Whose service it is, for traces (`openai`). */
  readonly provider?: string;
  generate(request: ModelRequest, options: GenerateOptions): Promise<ModelAnswer>;
}

export interface GenerateOptions {
  readonly signal: AbortSignal;
  /** Called with each piece of text as it arrives, and with what the service says that it is meant as. */
  readonly onText?: (delta: string, meant?: TextMeaning) => void;
  /** Called with each piece of a call's arguments as it arrives. */
  readonly onCall?: (piece: CallPiece) => void;
}

/** `answer`: nothing follows it, as far as the model says. `aside`: said on the way to tool calls. */
export type TextMeaning = "answer" | "aside";

export interface CallPiece {
  /** Which call of the answer it belongs to, from 0. */
  readonly place: number;
  readonly name: string;
  readonly delta: string;
}

/** Tokens of a text, estimated without the vendor's tokenizer; errs on the high side. */
export type CountTokens = (text: string) => number;
