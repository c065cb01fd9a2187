// Workspaces that runs have left behind, for cases about how long they are kept.

import { asConversationId } from "../../src/domain/ids.ts";
import type { Store } from "../../src/store/contract.ts";
import type { WorkspaceAddress, Workspaces } from "../../src/workspace/contract.ts";
import { addRun } from "./rows.ts";

export interface KeptWorkspaces {
  /** A run that is over, and left these files. */
  worked(id: string, files: Readonly<Record<string, string | Buffer>>): Promise<void>;
  /** A version of a conversation that is there. */
  record(id: string, digest: string, sizeBytes?: number): Promise<unknown>;
}

export interface KeptWorkspacesDeps {
  readonly store: Store;
  readonly workspaces: Workspaces;
  readonly now: () => number;
}

export function addressOf(id: string): WorkspaceAddress {
  return { tenant: "local", workspace: `ws_${id}` };
}

export function keptWorkspaces({ store, workspaces, now }: KeptWorkspacesDeps): KeptWorkspaces {
  const record = (id: string, digest: string, sizeBytes = 1_000): Promise<unknown> =>
    store.write((tx) =>
      tx.manifests.add({
        conversation: asConversationId(`cnv_${id}`),
        workspace: `ws_${id}`,
        digest,
        files: 1,
        sizeBytes,
        createdAt: now(),
      }),
    );
  return {
    record,
    async worked(id, files) {
      const run = await addRun(store, id, { now: now() });
      const held = await workspaces.open(addressOf(id));
      for (const [name, content] of Object.entries(files)) await held.write(name, content);
      const made = await held.snapshot(undefined);
      await held.close();
      if (!made) throw new Error("no version");
      await record(id, made.digest, made.sizeBytes);
      await store.write((tx) => tx.runs.settleIdle(run.id, "done", { code: "done", summary: "" }, now()));
    },
  };
}
