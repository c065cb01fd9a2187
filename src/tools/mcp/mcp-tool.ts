// A tool of a server, as the runtime holds it.

import type { McpTool } from "../../domain/mcp-tool.ts";
import type { ParsedInput, Tool, ToolContext, ToolOutcome } from "../contract.ts";
import { argumentCheck } from "./argument-check.ts";
import type { McpServer, ToolRule } from "./contract.ts";
import { storedDefinition } from "./definition.ts";
import { descriptionFor, parametersFor, titleOf } from "./model-words.ts";
import { toolName } from "./tool-name.ts";

export type Arguments = Readonly<Record<string, unknown>>;

/** What is called, as it was approved. */
export interface Target {
  readonly server: McpServer;
  readonly tool: string;
  readonly pin: string;
  readonly rule: ToolRule;
  /** What of a structured result does not fit the schema that the server shows for it; absent where it shows none. */
  readonly misfit?: (structured: unknown) => string | undefined;
}

export type CallTool = (target: Target, args: Arguments, context: ToolContext) => Promise<ToolOutcome>;

export type Made =
  | { readonly kind: "tool"; readonly tool: Tool }
  | { readonly kind: "unusable"; readonly why: string };

/** A larger one is told to be unchecked. */
const mostResultBytes = 4 * 1024 * 1024;

/** From a row that is approved. */
export function makeTool(server: McpServer, row: McpTool, rule: ToolRule, call: CallTool): Made {
  const definition = storedDefinition(row.approvedDefinition ?? "");
  const { approvedPin: pin } = row;
  if (!definition || pin === undefined) return { kind: "unusable", why: "its definition can't be read" };
  const check = argumentCheck(definition.inputSchema);
  if (check.kind === "unusable") return check;
  const output = definition.outputSchema && argumentCheck(definition.outputSchema, mostResultBytes);
  const misfit = output?.kind === "usable" ? { misfit: output.problemOf } : {};
  const target: Target = { server, tool: row.tool, pin, rule, ...misfit };
  const tool: Tool = {
    ...identityOf(server, row.tool, rule, row.scopes),
    ...titleOf(definition),
    description: descriptionFor(server.name, definition),
    effect: rule.effect,
    repeat: rule.repeat,
    pin,
    parameters: parametersFor(definition),
    parse: (args) => parsed(args, check.problemOf, (given, context) => call(target, given, context)),
  };
  return { kind: "tool", tool };
}

/**
 * Of a tool that the configuration names and whose server shows its tools only with an account: it is offered so that the account
 * can be asked for. Calling it shows what the server has, and does nothing else.
 */
export function unseenTool(
  server: McpServer,
  tool: string,
  rule: ToolRule,
  look: (context: ToolContext) => Promise<ToolOutcome>,
): Tool {
  return {
    ...identityOf(server, tool, rule),
    description: `A tool of the server ${server.name}, called ${tool} there. What it takes is not known before the account is connected; call it with what you would give it, and look at it again then.`,
    effect: "read",
    repeat: "read",
    parameters: { type: "object", properties: {}, additionalProperties: true },
    parse: (args) =>
      parsed(
        args,
        () => undefined,
        (_given, context) => look(context),
      ),
  };
}

// oxlint-disable-next-line max-params -- whose, which, what it is taken for, and what its server wanted for it
function identityOf(
  server: McpServer,
  tool: string,
  { needs }: ToolRule,
  scopes?: readonly string[],
): Pick<Tool, "name" | "origin" | "needs"> {
  const { name, connection } = server;
  return {
    name: toolName(name, tool),
    origin: "external",
    ...(connection === undefined
      ? {}
      : {
          needs: {
            connection,
            ...(needs === undefined ? {} : { capability: needs }),
            ...(scopes === undefined ? {} : { scopes }),
          },
        }),
  };
}

function parsed(
  args: unknown,
  problemOf: (args: unknown) => string | undefined,
  run: (args: Arguments, context: ToolContext) => Promise<ToolOutcome>,
): ParsedInput {
  if (typeof args !== "object" || args === null || Array.isArray(args)) {
    return { kind: "invalid", problem: "they have to be one JSON object" };
  }
  const problem = problemOf(args);
  if (problem !== undefined) return { kind: "invalid", problem };
  const given: Arguments = Object.fromEntries(Object.entries(args));
  return {
    kind: "valid",
    canonical: JSON.stringify(args),
    call: {
      run: (context) => run(given, context),
      happened: () => Promise.resolve(undefined), // servers can't be asked
    },
  };
}
