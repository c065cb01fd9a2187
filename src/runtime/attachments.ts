// Files that go out with a message: the content of this moment, kept as a blob (later edits don't leak in).

import type { OutgoingFile } from "../domain/outbox.ts";
import { ToolFailure } from "../tools/contract.ts";
import type { Blobs, Workspace } from "../workspace/contract.ts";

const maxBytes = 50 * 1024 * 1024;

export async function attachFile(
  workspace: Workspace,
  blobs: Blobs,
  path: string,
  title?: string,
): Promise<OutgoingFile> {
  const entry = await workspace.stat(path);
  if (entry.kind !== "file") throw new ToolFailure(`${path} is a folder; name the files to send.`);
  if (entry.sizeBytes > maxBytes) {
    throw new ToolFailure(`${path} has ${entry.sizeBytes} bytes; files up to ${maxBytes} can be sent.`);
  }
  const content = await workspace.read(path, 0, entry.sizeBytes);
  return {
    name: path.split("/").at(-1) ?? path,
    ...(title === undefined ? {} : { title }),
    sha256: await blobs.put(content),
    sizeBytes: content.length,
  };
}
