// Servers of tools that others run (MCP): what is known of them from the configuration, and how they are talked to.
//
// Owns: names, definitions and their pins, sessions, calls, what comes back. Does not own: whose rights a call uses (grants), whether
// it may be made (policy, approvals), when (runtime).
//
//   MC1  A tool is called `<server>__<tool>`; no two servers can have the same name for a tool (MCP-7).
//   MC2  What a tool does to the world is the configuration's word: `write-external` and `once` where it says nothing. A server's
//        annotations change nothing (MCP-6).
//   MC3  A tool is offered and called as it was approved: its definition is read again in the session of the call, before each
//        call, and a changed one is quarantined (MCP-5).
//   MC4  A session is one run's with one account, and nobody else's (MCP-8, VLT-7, A10).
//   MC5  Requests go through the guarded way out, carry the token that is asked for at that moment, and follow no redirect off the
//        server's origin (EGR-1, A19, A20).
//   MC6  What a server says is a stranger's words: descriptions, results, errors (TNT-1). It is bounded in size before it is
//        read, and its words reach people and models with nothing hidden in them.

import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { Logger } from "../../base/logger.ts";
import type { Secret } from "../../base/secret.ts";
import type { EffectClass, Repeatability } from "../../domain/step.ts";
import type { GrantToken, ReadyGrant } from "../../grants/contract.ts";
import type { Denied, GuardedRequest } from "../../net/contract.ts";
import type { Services } from "../sandbox/contract.ts";
import type { Integrity } from "./integrity.ts";

export interface McpServer {
  readonly name: string;
  readonly at: McpPlace;
  /** Whose account its calls use, by the name of a connection. */
  readonly connection?: string;
  /** What the configuration says of its tools, by the server's own names. */
  readonly tools: Readonly<Record<string, ToolRule>>;
}

export type McpPlace =
  | { readonly kind: "http"; readonly url: string }
  | {
      readonly kind: "command";
      readonly command: string;
      readonly args: readonly string[];
      /** All of its environment. */
      readonly env: Readonly<Record<string, Secret>>;
      readonly integrity?: Integrity;
    };

export interface ToolRule {
  readonly effect: EffectClass;
  readonly repeat: Repeatability;
  /** A capability of the server's connection. */
  readonly needs?: string;
}

/** The account that a session uses, at the moment of each request (GR2). */
export interface Account {
  readonly grant: ReadyGrant;
  token(): Promise<GrantToken>;
  rejected(version: number): Promise<void>;
}

/** A way to talk to servers of one kind: one file, and one line in registry.ts. */
export interface TransportKind {
  readonly kind: McpPlace["kind"];
  open(server: McpServer, use: TransportUse): Promise<OpenTransport>;
}

export interface TransportUse {
  readonly request: GuardedRequest;
  readonly account?: Account | undefined;
  readonly log: Logger;
  /** Of the run that the session is for, or one without a workspace where a server is only looked at. */
  readonly sandbox?: Services | undefined;
  /** Told of hosts that were refused (EGR-2). */
  readonly onDenied: (denied: Denied) => void;
}

export interface OpenTransport {
  readonly transport: Transport;
  /** Says goodbye to the server, as far as its kind has that, within a moment. Never rejects. */
  leave(): Promise<void>;
}
