// Failures of MCP servers, in sentences for the model. What a server wrote itself is quoted and bounded.

import { z } from "zod";
import { AppError, type AppErrorOptions } from "../../base/errors.ts";
import { visible } from "../../approvals/visible-text.ts";

export type McpErrorCode =
  /** Not reached, or it answers with nonsense. Nothing was done. */
  | "mcp.unavailable"
  /** It wants an account, and there is none, or it refuses the one there is. */
  | "mcp.unauthorized"
  /** The account lacks rights. */
  | "mcp.needs_scopes"
  /** It does not know the session any more. Nothing was done. */
  | "mcp.session_lost"
  /** It was asked, and its answer did not come: what it did nobody knows. */
  | "mcp.answer_lost"
  /** Its own error. */
  | "mcp.refused";

export class McpFailure extends AppError<McpErrorCode> {
  // oxlint-disable-next-line no-useless-constructor -- narrows the code
  constructor(code: McpErrorCode, message: string, options?: AppErrorOptions) {
    super(code, message, options);
  }
}

export class McpNeedsScopes extends McpFailure {
  readonly scopes: readonly string[];

  constructor(server: string, scopes: readonly string[]) {
    super(
      "mcp.needs_scopes",
      `The server ${server} says that the account was given too few rights for this.`,
    );
    this.scopes = scopes;
  }
}

const Elicitations = z.looseObject({ elicitations: z.array(z.unknown()) });

/** It did nothing: its questions come first (URL elicitation). */
export class McpAsksFirst extends McpFailure {
  readonly questions: readonly unknown[];

  constructor(server: string, data: unknown) {
    super("mcp.refused", `The server ${server} wants something finished outside first.`);
    const read = Elicitations.safeParse(data);
    this.questions = read.success ? read.data.elicitations : [];
  }
}

const quotedCharacters = 500;

/** Words of a server, for a sentence. */
export function quotedWords(text: string): string {
  const shown = visible(text.slice(0, quotedCharacters), "line").trim();
  return text.length > quotedCharacters ? `${shown}…` : shown;
}
