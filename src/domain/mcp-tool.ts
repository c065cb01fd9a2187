// A tool of an MCP server as it was seen, and as it was approved (MCP-5).
//
//   MP1  A tool may be used while it is `approved` and its server shows the very definition that was approved. A changed one is
//        `quarantined` until somebody approves it again, even if the server takes the change back.
//   MP2  A pin is a hash of the whole definition; the texts of both are kept, so that a person can see what changed.

export const mcpToolStates = ["waiting", "approved", "quarantined"] as const;
/** `waiting`: never approved. */
export type McpToolState = (typeof mcpToolStates)[number];

export interface McpTool {
  /** As in the configuration. */
  readonly server: string;
  /** As the server calls it. */
  readonly tool: string;
  readonly state: McpToolState;
  /** Of the definition that the server showed last. */
  readonly pin: string;
  /** That definition, as JSON. */
  readonly definition: string;
  readonly approvedPin?: string;
  readonly approvedDefinition?: string;
  /** `config` where it is named in the configuration. */
  readonly approvedBy?: string;
  readonly approvedAt?: number;
  /** When this definition was first seen. */
  readonly seenAt: number;
  /** Since when the server does not offer it. */
  readonly goneAt?: number;
  /** What the server said a token needs for it (step-up). */
  readonly scopes?: readonly string[];
}
