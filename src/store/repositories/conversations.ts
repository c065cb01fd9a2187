// Conversations by the address they have on their platform.

import { and, eq, sql } from "drizzle-orm";
import { addressKey, type Conversation } from "../../domain/conversation.ts";
import type { ConversationRepository } from "../contract.ts";
import type { Tables } from "../dialect.ts";
import type { Session } from "../session.ts";

type Row = Tables["conversations"]["$inferSelect"];

export function conversationRepository(session: Session): ConversationRepository {
  const { conversations } = session.tables;
  const at = (): AtAddress => atAddress(session);
  return {
    async ensure(address, fresh) {
      const key = addressKey(address);
      const [known] = await at().execute({ key });
      if (known) return toConversation(known);
      const { platform, tenant, kind, channel, thread } = address;
      const { id, workspace, now } = fresh;
      const place = { platform, tenant, kind, channel, thread, addressKey: key };
      const [made] = await insertion(session).execute({ id, ...place, workspace, createdAt: now });
      const [row] = made ? [made] : await at().execute({ key });
      if (!row) throw new Error(`Conversation ${key} was neither inserted nor there.`);
      return toConversation(row);
    },

    async find(id) {
      const statement = session.prepared("conversations.find", (db, name) =>
        db
          .select()
          .from(conversations)
          .where(eq(conversations.id, sql.placeholder("id")))
          .prepare(name),
      );
      const [row] = await statement.execute({ id });
      return row && toConversation(row);
    },

    async at(address) {
      const [row] = await at().execute({ key: addressKey(address) });
      return row && toConversation(row);
    },

    async list() {
      const rows = await session.db
        .select()
        .from(conversations)
        .orderBy(conversations.createdAt, conversations.id);
      return rows.map(toConversation);
    },

    async begin(id, address) {
      const key = addressKey(address);
      const [taken] = await at().execute({ key });
      const { thread } = address;
      const there = taken ? { thread } : { thread, addressKey: key };
      await session.done(session.db.update(conversations).set(there).where(eq(conversations.id, id)));
    },

    async setMuted(id, muted) {
      await session.done(session.db.update(conversations).set({ muted }).where(eq(conversations.id, id)));
    },

    ...channelMutes(session),
  };
}

function mutedChannel(session: Session): { execute(values: Record<string, unknown>): Promise<unknown[]> } {
  const { mutedChannels } = session.tables;
  return session.prepared("conversations.muted-channel", (db, name) =>
    db
      .select({ channel: mutedChannels.channel })
      .from(mutedChannels)
      .where(
        and(
          eq(mutedChannels.platform, sql.placeholder("platform")),
          eq(mutedChannels.tenant, sql.placeholder("tenant")),
          eq(mutedChannels.channel, sql.placeholder("channel")),
        ),
      )
      .prepare(name),
  );
}

function channelMutes(session: Session): Pick<ConversationRepository, "setChannelMuted" | "isChannelMuted"> {
  return {
    async setChannelMuted({ platform, tenant, channel }, muted) {
      const { mutedChannels } = session.tables;
      const here = and(
        eq(mutedChannels.platform, platform),
        eq(mutedChannels.tenant, tenant),
        eq(mutedChannels.channel, channel),
      );
      await session.done(
        muted
          ? session.db.insert(mutedChannels).values({ platform, tenant, channel }).onConflictDoNothing()
          : session.db.delete(mutedChannels).where(here),
      );
    },

    async isChannelMuted({ platform, tenant, channel }) {
      const found = await mutedChannel(session).execute({ platform, tenant, channel });
      return found.length > 0;
    },
  };
}

function atAddress(session: Session): AtAddress {
  const { conversations } = session.tables;
  return session.prepared("conversations.at", (db, name) =>
    db
      .select()
      .from(conversations)
      .where(eq(conversations.addressKey, sql.placeholder("key")))
      .prepare(name),
  );
}

interface AtAddress {
  execute(values: { readonly key: string }): Promise<Row[]>;
}

function insertion(session: Session): { execute(values: Record<string, unknown>): Promise<Row[]> } {
  const { conversations } = session.tables;
  return session.prepared("conversations.add", (db, name) =>
    db
      .insert(conversations)
      .values({
        id: sql.placeholder("id"),
        addressKey: sql.placeholder("addressKey"),
        tenant: sql.placeholder("tenant"),
        platform: sql.placeholder("platform"),
        kind: sql.placeholder("kind"),
        channel: sql.placeholder("channel"),
        thread: sql.placeholder("thread"),
        workspace: sql.placeholder("workspace"),
        muted: false,
        createdAt: sql.placeholder("createdAt"),
      })
      .onConflictDoNothing({ target: conversations.addressKey })
      .returning()
      .prepare(name),
  );
}

function toConversation(row: Row): Conversation {
  const { id, tenant, platform, kind, channel, thread, workspace, muted, createdAt } = row;
  return { id, tenant, address: { platform, tenant, kind, channel, thread }, workspace, muted, createdAt };
}
