// A tool: what the model may ask for.
//
//   T1  A tool acts only on what its context holds: the run's own workspace, the guarded fetch, the memory of its scope.
//   T2  What a tool wants said, remembered or waited for is an `Effect`: the runtime commits it with the step's result,
//       so that it happens once (I2, I4).
//   T3  A failure is a result for the model: throw `ToolFailure` (or return `isError`) with a sentence it can act on.

import { z } from "zod";
import { AppError } from "../base/errors.ts";
import type { Memory } from "../domain/memory.ts";
import type { OutgoingFile } from "../domain/outbox.ts";
import type { Plan } from "../domain/plan.ts";
import type { EffectClass, Repeatability } from "../domain/step.ts";
import type { TaintMarks } from "../domain/taint.ts";
import type { QuestionAsk, ScheduleAsk } from "../domain/wait.ts";
import type { RunId, TenantId } from "../domain/ids.ts";
import type { ReadyGrant } from "../grants/contract.ts";
import type { Denied, GuardedFetch } from "../net/contract.ts";
import type { Workspace } from "../workspace/contract.ts";
import type { RunSandbox } from "./sandbox/contract.ts";

export interface ToolContext {
  /** Names this act, `<run>:<step>`: the same when it is done again after a crash. What a `keyed` receiver is given (I5). */
  readonly key: string;
  readonly run: { readonly id: RunId; readonly tenant: TenantId };
  /** The account that this very call may use; absent where it needs none. */
  readonly grant?: ReadyGrant | undefined;
  readonly workspace: Workspace;
  readonly signal: AbortSignal;
  readonly now: () => number;
  /** Of the person it works for, where the platform told it: an IANA name. */
  readonly timeZone?: string | undefined;
  /** The guarded fetch (EGR-1). */
  readonly fetch: GuardedFetch;
  /** Where commands run (SBX-1); absent where there is none. */
  readonly sandbox?: RunSandbox | undefined;
  /** Facts remembered for this agent in this person's DM or this channel. */
  readonly recall: (query: string) => Promise<readonly Memory[]>;
  /** What people answered in this run to questions of servers, by the key of the question. */
  readonly answers?: ReadonlyMap<string, string>;
  /** Says how a long act gets on. May say nothing: not more than people want to hear is said. */
  readonly progress?: (text: string) => void;
  /** Puts a file's present content where messages can refer to it. */
  readonly attach: (path: string, title?: string) => Promise<OutgoingFile>;
}

export type { GuardedFetch } from "../net/contract.ts";

export type Effect =
  | { readonly kind: "plan"; readonly plan: Plan }
  | { readonly kind: "check_in"; readonly text: string }
  | { readonly kind: "share"; readonly file: OutgoingFile; readonly comment?: string }
  | { readonly kind: "remember"; readonly fact: string }
  /** A host was refused: goes into the audit log (EGR-2). */
  | ({ readonly kind: "denied" } & Denied);

/**
 * Whose words a result is (TNT-1): the host's own, what files of the workspace hold, what was remembered, or a stranger's. What
 * declares nothing is a stranger's.
 */
export type ResultOrigin = "own" | "workspace" | "memory" | "external";

/** What a result was made of, where the tool can tell; otherwise all that its origin could be. */
export interface Seen {
  /** Files of the workspace, by path: of origin `workspace`, or besides what comes from elsewhere. */
  readonly files?: readonly string[];
  /** Hosts or servers: of origin `external`. */
  readonly sources?: readonly string[];
  /** Marks of what was remembered. */
  readonly taint?: TaintMarks;
}

export type ToolOutcome =
  | {
      readonly kind: "result";
      readonly content: string;
      readonly isError?: boolean;
      /** It changed files, although its effect class does not say so. */
      readonly wrote?: boolean;
      readonly saw?: Seen;
      readonly effects?: readonly Effect[];
    }
  /** It may have happened or not, and nobody can tell: it is never repeated by itself, a person decides (I5). */
  | { readonly kind: "doubtful"; readonly content: string }
  /**
   * Its service did nothing: the account was given too few rights for it, and its owner can be asked for them. The call goes back to
   * its gate, is judged again there, and is made when the rights are there.
   */
  | { readonly kind: "lacks_rights" }
  /** Parks the run; the answer becomes the result. */
  | { readonly kind: "ask"; readonly ask: QuestionAsk | ScheduleAsk; readonly dueInMinutes?: number }
  /** Ends the run. `nothingNew`: since the last time of the schedule that it is of. */
  | {
      readonly kind: "finish";
      readonly summary: string;
      readonly files: readonly OutgoingFile[];
      readonly nothingNew?: boolean;
    };

export interface ToolDefinition<Input extends z.ZodObject> {
  /** As the model sees it; the file is named after it, with dashes. */
  readonly name: string;
  /** For the model: what it does, when to use it, what comes back. */
  readonly description: string;
  readonly effect: EffectClass;
  readonly repeat: Repeatability;
  /** `external` where it is not said (TNT-1). */
  readonly origin?: ResultOrigin;
  readonly input: Input;
  readonly run: (input: z.infer<Input>, context: ToolContext) => Promise<ToolOutcome>;
  /**
   * For `askable` tools: did the act of these arguments happen? Asked after a crash between intent and result.
   * `undefined` when it cannot be told.
   */
  readonly happened?: (input: z.infer<Input>, context: ToolContext) => Promise<boolean | undefined>;
  /**
   * For `askable` tools: how long after its start an act may still come to happen although nobody waits for it any more,
   * a request that is under way. Only then is a "no" believed. 0 where the act ends with the process.
   */
  readonly settleMs?: number;
}

export interface ToolNeeds {
  readonly connection: string;
  readonly capability?: string;
  /** What its service wanted for it before, beyond what the configuration says: asked for where something has to be asked anyway. */
  readonly scopes?: readonly string[];
}

/** A tool whose input type is hidden: what the registry holds and the runtime calls. */
export interface Tool {
  readonly name: string;
  /** What its server calls it for people: a third party's words, of its pin. */
  readonly title?: string;
  readonly description: string;
  readonly effect: EffectClass;
  readonly repeat: Repeatability;
  readonly origin: ResultOrigin;
  /** See `ToolDefinition`; the loop has a default. */
  readonly settleMs?: number;
  /** Hash of the definition, where it comes from a server: a changed one is another tool (APR-1). */
  readonly pin?: string;
  /** The connection that its calls use, and what for. Absent for the built-in ones. */
  readonly needs?: ToolNeeds;
  /** JSON Schema of the arguments. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Checks arguments; the sentence on failure is for the model. */
  parse(args: unknown): ParsedInput;
}

export type ParsedInput =
  | { readonly kind: "valid"; readonly canonical: string; readonly call: BoundCall }
  | { readonly kind: "invalid"; readonly problem: string };

/** A call with checked arguments. */
export interface BoundCall {
  run(context: ToolContext): Promise<ToolOutcome>;
  happened(context: ToolContext): Promise<boolean | undefined>;
}

/** Seals a definition, so that tools of different inputs fit in one list. */
export function defineTool<Input extends z.ZodObject>(definition: ToolDefinition<Input>): Tool {
  return {
    name: definition.name,
    description: definition.description,
    effect: definition.effect,
    repeat: definition.repeat,
    origin: definition.origin ?? "external",
    ...(definition.settleMs === undefined ? {} : { settleMs: definition.settleMs }),
    parameters: jsonSchemaOf(definition.input),
    parse: (args) => {
      const parsed = definition.input.safeParse(args);
      if (!parsed.success) return { kind: "invalid", problem: z.prettifyError(parsed.error) };
      const input = parsed.data;
      return {
        kind: "valid",
        canonical: JSON.stringify(input),
        call: {
          run: (context) => definition.run(input, context),
          happened: (context) => definition.happened?.(input, context) ?? Promise.resolve(undefined),
        },
      };
    },
  };
}

function jsonSchemaOf(input: z.ZodObject): Record<string, unknown> {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(input, { io: "input" });
  return schema;
}

/** A failure the model can act on: the message is its sentence. */
export class ToolFailure extends AppError<"tool.failed"> {
  constructor(message: string, cause?: unknown) {
    super("tool.failed", message, cause === undefined ? {} : { cause });
  }
}
