// A database as the migrations before the one that dropped `inbox_received` made it, with rows; and what has to hold when it is opened.

import { expect } from "vitest";
import { asConversationId } from "../../src/domain/ids.ts";
import type { Store } from "../../src/store/contract.ts";
import { loadMigrations, type Migration } from "../../src/store/migrations.ts";
import { aMessage, aPerson, aPost, t0, tenant } from "../contracts/store-rows.ts";

const conversation = asConversationId("conv_1");

export function olderMigrations(folder: "sqlite" | "pg"): Migration[] {
  const all = loadMigrations(folder);
  const dropping = all.findIndex(({ statements }) =>
    statements.some((text) => /DROP INDEX "inbox_received"|CREATE TABLE `__new_inbox`/.test(text)),
  );
  expect(dropping).toBeGreaterThan(0);
  return all.slice(0, dropping);
}

const heard = (n: number, state: "new" | "routed") =>
  `insert into inbox (id, tenant, platform, event_id, conversation, message_id, follower, event, state, due_at, received_at)
   values ('in_${n}', '${tenant}', 'slack', 'Ev${n}', '${conversation}', '${n}', '${aPerson(`U${n}`)}',
   '${JSON.stringify(aMessage(`${n}`))}', '${state}', ${t0}, ${t0 + n})`;

const said = (n: number) => {
  const { key, op } = aPost(`${n}`, conversation);
  return `insert into outbox (key, tenant, conversation, op, op_kind, lane, state, attempts, due_at, created_at)
   values ('${key}', '${tenant}', '${conversation}', '${JSON.stringify(op)}', 'post', 'post', 'due', 0, ${t0}, ${t0})`;
};

/** In the words that both databases know. */
export const olderRows = [
  `insert into conversations (id, address_key, tenant, platform, kind, channel, thread, workspace, muted, created_at)
   values ('${conversation}', 'a', '${tenant}', 'slack', 'channel', 'C01', '1', 'w', false, ${t0})`,
  heard(1, "routed"),
  heard(2, "routed"),
  "delete from inbox where id = 'in_1'",
  heard(3, "new"),
  said(1),
  said(2),
];

export async function expectRowsToWork(store: Store): Promise<void> {
  const add = (n: number) => {
    const row = { id: `in_${n}`, tenant, conversation, event: aMessage(`${n}`), dueAt: t0, now: t0 + n };
    return store.write((tx) => tx.inbox.add(row));
  };
  const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);

  expect(await add(3)).toBe(false);
  expect(await add(4)).toBe(true);
  expect(ids(await store.write((tx) => tx.inbox.unrouted(conversation)))).toEqual(["in_3", "in_4"]);
  expect(ids(await store.read((tx) => tx.inbox.history(conversation, t0 + 9, 9)))).toEqual([
    "in_2",
    "in_3",
    "in_4",
  ]);
  expect(new Set(await store.read((tx) => tx.inbox.followers(conversation)))).toEqual(
    new Set([aPerson("U1"), aPerson("U2"), aPerson("U3")]),
  );
  expect(await store.write((tx) => tx.inbox.prune(t0 + 3, t0 + 9))).toBe(1);

  await store.write((tx) => tx.outbox.add(aPost("3", conversation), t0));
  const entries = await store.read((tx) => tx.outbox.list(conversation, 9));
  expect(entries.map(({ key, seq }) => [key, seq])).toEqual(
    [1, 2, 3].map((n) => [aPost(`${n}`, conversation).key, n]),
  );
}
