// What went wrong on the way to a server and back, sorted by what it means: nothing was done, or nobody knows (I5).

import { StreamableHTTPError } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ErrorCode, McpError } from "@modelcontextprotocol/sdk/types.js";
import { isAppError } from "../../base/errors.ts";
import { NetError } from "../../net/errors.ts";
import { McpFailure, quotedWords } from "./errors.ts";

/** In the range that JSON-RPC leaves to implementations, and used by no server that we know of. */
export const answerLostCode = -32_097;

const unheard: ReadonlySet<number> = new Set([
  answerLostCode,
  ErrorCode.RequestTimeout,
  ErrorCode.ConnectionClosed,
]);

/** Failures of connections that were never made: nothing was sent. */
const unmade = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "ENODATA",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** `server` is the name that the configuration has for it. Foreseen failures stay as they are. */
export function asFailure(error: unknown, server: string): Error {
  if (error instanceof NetError) return ofNet(error, server);
  if (isAppError(error)) return error;
  if (error instanceof McpError) return ofProtocol(error, server);
  if (error instanceof StreamableHTTPError) return ofHttp(error, server);
  return lost(server, "it answered in a way that MCP does not know", error);
}

function ofNet(error: NetError, server: string): McpFailure {
  const { code, facts, message } = error;
  const refused = code === "net.blocked" || code === "net.bad_url";
  if (refused || unmade.has(String(facts["errno"])))
    return new McpFailure("mcp.unavailable", `The server ${server} can't be reached. ${message}`, {
      cause: error,
    });
  return lost(server, message, error);
}

function ofProtocol(error: McpError, server: string): McpFailure {
  if (unheard.has(error.code)) return lost(server, quotedWords(error.message), error);
  return new McpFailure("mcp.refused", `The server ${server} refused: ${quotedWords(error.message)}`, {
    cause: error,
    facts: { code: error.code },
  });
}

function ofHttp(error: StreamableHTTPError, server: string): McpFailure {
  const { code = 0 } = error;
  if (code >= 300 && code < 400) {
    return new McpFailure(
      "mcp.unavailable",
      `The server ${server} redirects to another place, which is not followed. An operator has to set its final address.`,
      { cause: error },
    );
  }
  if (code < 300 || code >= 500) return lost(server, `HTTP ${code}`, error);
  return refusedWith(server, code);
}

export function refusedWith(server: string, status: number): McpFailure {
  return new McpFailure("mcp.refused", `The server ${server} refused the request (HTTP ${status}).`, {
    facts: { status },
  });
}

function lost(server: string, why: string, cause: unknown): McpFailure {
  return new McpFailure("mcp.answer_lost", `The answer of the server ${server} was lost: ${why}.`, { cause });
}
