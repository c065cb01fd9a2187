// One call of a server's tool: the session of its run, the definition once more, the call, what came of it.
//
//   CL1  Nothing is sent to a tool that is not, at this moment, what was approved (MC3).
//   CL2  A session that the server has forgotten is made anew and the call made once more: a server that says so has done nothing.
//   CL3  An answer that was lost: what only reads has failed; what the receiver knows by its key is sent once more under the same
//        key; anything else is in doubt, and a person decides (I5).
//   CL4  A server that wants more rights has done nothing. They are asked for in private, of the account's owner, and this very call
//        is made when they are there. What it wanted is kept with the tool, so that whoever is asked later is asked once.
//   CL5  So has one that refuses an account which is over: the call waits until its owner has connected it again.

import type { Progress } from "@modelcontextprotocol/sdk/types.js";
import { isAgentPrincipal } from "../../domain/connection.ts";
import type { McpTool } from "../../domain/mcp-tool.ts";
import type { Grants } from "../../grants/contract.ts";
import { GrantError } from "../../grants/errors.ts";
import type { Denied } from "../../net/contract.ts";
import type { Clock } from "../../base/clock.ts";
import type { Store } from "../../store/contract.ts";
import type { ToolContext, ToolOutcome } from "../contract.ts";
import type { McpServer } from "./contract.ts";
import type { Asked } from "./elicitation.ts";
import { McpAsksFirst, McpFailure, McpNeedsScopes } from "./errors.ts";
import type { Arguments, CallTool, Target } from "./mcp-tool.ts";
import { observe } from "./pins.ts";
import { progressWords } from "./progress-words.ts";
import { createQuestions } from "./questions.ts";
import { outcomeOf } from "./result-content.ts";
import { type Session, usualLimits } from "./session.ts";
import type { Sessions } from "./sessions.ts";
import { toolName } from "./tool-name.ts";
import { heldWords } from "./held-words.ts";

export interface CallDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly sessions: Sessions;
  readonly grants: () => Pick<Grants, "wants">;
  /** Something was seen that changes what is offered. */
  readonly changed: () => void;
}

export function createCallTool(deps: CallDeps): CallTool {
  return async (target, args, context) => {
    const denied: Denied[] = [];
    const on = { deps, target, args, context, denied };
    try {
      return await withSecondTry(on);
    } catch (error) {
      if (error instanceof McpNeedsScopes) return steppedUp(error, on);
      if (isOver(error, context)) return { kind: "lacks_rights" };
      if (!(error instanceof McpFailure)) throw error;
      return failed(error, on);
    }
  };
}

interface On {
  readonly deps: CallDeps;
  readonly target: Target;
  readonly args: Arguments;
  readonly context: ToolContext;
  readonly denied: Denied[];
}

/** CL2, CL3. */
async function withSecondTry(on: On): Promise<ToolOutcome> {
  try {
    return await attempt(on);
  } catch (error) {
    const again =
      error instanceof McpFailure &&
      (error.code === "mcp.session_lost" ||
        (error.code === "mcp.answer_lost" && on.target.rule.repeat === "keyed"));
    if (!again || on.context.signal.aborted) throw error;
    return attempt(on);
  }
}

async function attempt({ deps, target, args, context, denied }: On): Promise<ToolOutcome> {
  const { server } = target;
  const session = await deps.sessions.of(server, {
    run: context.run.id,
    grant: context.grant,
    sandbox: context.sandbox,
    onDenied: (host) => void denied.push(host),
  });
  try {
    const problem = problemOf(target, await rowsIn(session, server, { ...deps, signal: context.signal }));
    if (problem !== undefined) return ownWords(problem, server);
    lookWhenChanged(session, server, deps);
    return await called(session, { deps, target, args, context, denied });
  } catch (error) {
    if (error instanceof McpFailure && broken.has(error.code)) await deps.sessions.drop(session);
    throw error;
  }
}

async function called(session: Session, { target, args, context }: On): Promise<ToolOutcome> {
  const { server, tool, misfit } = target;
  const { key, signal, workspace, answers } = context;
  const questions = createQuestions(server.name, answers);
  const { elicit } = questions;
  const onProgress = ({ progress, total, message }: Progress): void =>
    context.progress?.(progressWords(server.name, { progress, total, message }));
  try {
    const result = await session.call({ tool, arguments: args, key, signal, elicit, onProgress });
    const open = questions.open();
    if (open) return questionOf(open, target, context);
    return await outcomeOf(result, { server: server.name, tool, workspace, misfit });
  } catch (error) {
    if (error instanceof McpAsksFirst) for (const question of error.questions) elicit(question);
    const open = questions.open();
    const isAnswered = error instanceof McpFailure && error.code === "mcp.refused";
    if (open && isAnswered) return questionOf(open, target, context);
    throw error;
  }
}

function questionOf(
  { key, ask, isPrivate }: Asked,
  { server, tool }: Target,
  { grant }: ToolContext,
): ToolOutcome {
  // What concerns a person's own account is asked of them alone.
  const isTheirs = grant !== undefined && !isAgentPrincipal(grant.owner);
  return {
    kind: "ask",
    ask: {
      ...ask,
      of: { key, tool: toolName(server.name, tool) },
      ...(isPrivate || isTheirs ? { apart: "asked" as const } : {}),
    },
  };
}

const looking = new WeakSet<Session>();

/** A server that says that its tools have changed is looked at (MCP-5): one look at a time. */
function lookWhenChanged(session: Session, server: McpServer, deps: CallDeps): void {
  session.onToolsChanged = () => {
    if (looking.has(session)) return;
    looking.add(session);
    const signal = AbortSignal.timeout(usualLimits.listMs);
    void rowsIn(session, server, { ...deps, signal })
      .catch(() => undefined) // the next call looks again
      .finally(() => looking.delete(session));
  };
}

const broken: ReadonlySet<string> = new Set(["mcp.session_lost", "mcp.answer_lost", "mcp.unavailable"]);

/** What the server shows now, held against what was approved. */
export async function rowsIn(
  session: Session,
  server: McpServer,
  {
    store,
    clock,
    changed,
    signal,
  }: Pick<CallDeps, "store" | "clock" | "changed"> & { readonly signal: AbortSignal },
): Promise<readonly McpTool[]> {
  const listing = await session.list(signal).catch((error: unknown) => {
    throw error instanceof McpFailure && error.code === "mcp.answer_lost" ? unlisted(error, server) : error;
  });
  const before = await store.read((tx) => tx.mcpTools.list(server.name));
  const rows = await observe(store, server, { listing, now: clock.now() });
  if (JSON.stringify(rows) !== JSON.stringify(before)) changed();
  return rows;
}

/** A list that did not come did nothing. */
function unlisted(error: McpFailure, server: McpServer): McpFailure {
  return new McpFailure("mcp.unavailable", `The server ${server.name} does not say what tools it has.`, {
    cause: error,
  });
}

/** CL1. */
function problemOf({ server, tool, pin }: Target, rows: readonly McpTool[]): string | undefined {
  const row = rows.find((candidate) => candidate.tool === tool);
  if (!row || row.goneAt !== undefined) return `The server ${server.name} no longer offers ${tool}.`;
  if (row.state !== "approved") return heldWords(row);
  if (row.pin === pin && row.approvedPin === pin) return undefined;
  return `Not called: what the server ${server.name} says of ${tool} was changed and approved meanwhile. Look at it again, and call it anew if it still fits.`;
}

/** CL4. */
async function steppedUp(error: McpNeedsScopes, { deps, target, context }: On): Promise<ToolOutcome> {
  const { server, rule } = target;
  const wanted = { capability: rule.needs ?? "", scopes: error.scopes };
  if (context.grant && (await deps.grants().wants(context.grant, wanted)) === "will_be_asked") {
    await keepWanted(deps, target, error.scopes);
    return { kind: "lacks_rights" };
  }
  const next = "Its owner can't be asked for more now. Go on without it, or say what can't be done.";
  return ownWords(`${error.message} Nothing was done. ${next}`, server);
}

/** The newest word counts. Where the row changes at this moment it is left alone: the next such answer says it again. */
async function keepWanted(
  { store, changed }: CallDeps,
  { server, tool }: Target,
  wanted: readonly string[],
): Promise<void> {
  const scopes = [...new Set(wanted)].toSorted();
  const kept = await store.write(async (tx) => {
    const row = await tx.mcpTools.find(server.name, tool);
    if (!row || JSON.stringify(row.scopes) === JSON.stringify(scopes)) return false;
    return tx.mcpTools.change(row, { ...row, scopes });
  });
  if (kept) changed();
}

/** CL5. Thrown before the call was sent, or when the server had refused it. */
function isOver(error: unknown, { grant }: ToolContext): boolean {
  const isPersons = grant !== undefined && !isAgentPrincipal(grant.owner);
  return isPersons && error instanceof GrantError && error.code === "grant.needs_reauth";
}

function failed(error: McpFailure, { target: { server, rule }, denied }: On): ToolOutcome {
  if (error.code === "mcp.answer_lost" && rule.repeat !== "read") {
    return { kind: "doubtful", content: `${error.message} It is not known whether it was done.` };
  }
  return { ...ownWords(error.message, server), effects: denied.map((host) => ({ kind: "denied", ...host })) };
}

function ownWords(content: string, server: McpServer): Extract<ToolOutcome, { kind: "result" }> {
  return { kind: "result", content, isError: true, saw: { sources: [server.name] } };
}
