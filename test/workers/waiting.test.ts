import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { sqliteStoreOn } from "../../src/store/sqlite.ts";
import { openSqlite } from "../../src/store/sqlite-connections.ts";
import { waitingContract } from "../contracts/waiting-contract.ts";

waitingContract("sqlite", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "deputy-waiting-"));
  const connections = openSqlite(path.join(folder, "deputy.db"), "OFF");
  const store = sqliteStoreOn(connections);
  return {
    store,
    execute: async (sql) => void connections.writer.exec(sql),
    async close() {
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
});
