// Conversations by the address they have on their platform.

import { eq, sql } from "drizzle-orm";
import { addressKey, type Conversation } from "../../domain/conversation.ts";
import type { ConversationRepository } from "../contract.ts";
import type { Tables } from "../dialect.ts";
import type { Session } from "../session.ts";

type Row = Tables["conversations"]["$inferSelect"];

export function conversationRepository(session: Session): ConversationRepository {
  const { conversations } = session.tables;
  const at = (): AtAddress =>
    session.prepared("conversations.at", (db, name) =>
      db
        .select()
        .from(conversations)
        .where(eq(conversations.addressKey, sql.placeholder("key")))
        .prepare(name),
    );
  return {
    async ensure(address, fresh) {
      const key = addressKey(address);
      const [known] = await at().execute({ key });
      if (known) return toConversation(known);
      const { platform, tenant, kind, channel, thread } = address;
      const { id, workspace, now } = fresh;
      const place = { platform, tenant, kind, channel, thread, addressKey: key };
      const [made] = await session.db
        .insert(conversations)
        .values({ id, ...place, workspace, muted: false, createdAt: now })
        .onConflictDoNothing({ target: conversations.addressKey })
        .returning();
      const [row] = made ? [made] : await at().execute({ key });
      if (!row) throw new Error(`Conversation ${key} was neither inserted nor there.`);
      return toConversation(row);
    },

    async find(id) {
      const [row] = await session.db.select().from(conversations).where(eq(conversations.id, id));
      return row && toConversation(row);
    },

    async list() {
      const rows = await session.db
        .select()
        .from(conversations)
        .orderBy(conversations.createdAt, conversations.id);
      return rows.map(toConversation);
    },

    async setMuted(id, muted) {
      await session.done(session.db.update(conversations).set({ muted }).where(eq(conversations.id, id)));
    },
  };
}

interface AtAddress {
  execute(values: { readonly key: string }): Promise<Row[]>;
}

function toConversation(row: Row): Conversation {
  const { id, tenant, platform, kind, channel, thread, workspace, muted, createdAt } = row;
  return { id, tenant, address: { platform, tenant, kind, channel, thread }, workspace, muted, createdAt };
}
