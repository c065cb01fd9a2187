// What is said in the security channel.

import { z } from "zod";

const Alert = z.object({
  tenant: z.string(),
  seq: z.number(),
  type: z.enum(["consent.mismatch", "output.blocked", "mcp.quarantined"]),
  run: z.string().optional(),
  subject: z.string().optional(),
  connection: z.string().optional(),
  data: z.object({
    why: z.string(),
    server: z.string().optional(),
    tool: z.string().optional(),
    by: z.string().optional(),
    live: z.boolean().optional(),
    known: z.string().optional(),
    named: z.string().optional(),
    op: z.string().optional(),
  }),
});

/** Undefined where nobody has to look at it: what was kept back for its readers, or only looked like a secret. */
export function alertText(event: unknown): string | undefined {
  const read = Alert.safeParse(event);
  if (!read.success) return undefined;
  const { tenant, seq, type, run, data, subject = "somebody", connection = "an account" } = read.data;
  const where = `(event ${seq} of ${tenant}${run === undefined ? "" : `, run ${run}`})`;
  if (type === "consent.mismatch") {
    const by = data.by === undefined ? "somebody else" : data.by;
    return `The link to connect ${connection} for ${subject} was opened by ${by} and stopped: ${data.why}. Nothing was connected. ${where}`;
  }
  if (type === "mcp.quarantined") {
    if (data.why === "definition") {
      return `The MCP server ${data.server} changed what it says of its tool ${data.tool} since that was approved. The tool is held back. Look at it with \`deputy mcp review ${data.server}\`. ${where}`;
    }
    if (data.why !== "authorization_server") return undefined;
    return `The MCP server of ${connection} names another authorization server (${data.named}) than before (${data.known}). Its accounts are stopped, and nothing was sent to it. Look at it with \`deputy mcp review\`. ${where}`;
  }
  if (data.live !== true) return undefined;
  const what =
    data.op === "file"
      ? "A live secret was in a file that was to be sent. The file was kept back."
      : "A live secret was about to be said in a message. It was taken out before the message was sent.";
  return `${what} Find out how it came there, and change the secret if others may have seen it. ${where}`;
}

/** `line` as in an anchor file, so that `audit verify --anchor` takes it. */
export function checkpointText(line: string): string {
  return `A signed checkpoint of the audit log, to be held against an export:\n\`\`\`\n${line}\n\`\`\``;
}
