// A process that claims a database and writes to it until it is killed, telling of each write that was acknowledged.

import { claimDatabase } from "../../src/store/single-process.ts";
import { createSqliteStore } from "../../src/store/sqlite.ts";
import { aConversation, aPost, t0 } from "../contracts/store-rows.ts";

const [file = "", round = ""] = process.argv.slice(2);

claimDatabase(file);
const store = await createSqliteStore({ path: file });
const conversation = await aConversation(store);
const writers = Array.from({ length: 4 }, async (_, writer) => {
  for (let i = 0; ; i += 1) {
    const key = `${round}-${writer}-${i}`;
    await store.write((tx) => tx.outbox.add(aPost(key, conversation), t0));
    process.stdout.write(`${key}\n`);
  }
});
await Promise.all(writers);
