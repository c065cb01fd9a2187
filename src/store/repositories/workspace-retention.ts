// Workspaces that leave (RN1, RN2), and the versions that hold blobs.
//
// Versions that have left are told by the name of their workspace: `~<when>~<since when set aside>~<name>`, which no workspace has.

import {
  and,
  asc,
  eq,
  gt,
  gte,
  inArray,
  isNull,
  like,
  notExists,
  notLike,
  or,
  type SQL,
  sql,
} from "drizzle-orm";
import { asTenantId } from "../../domain/ids.ts";
import type { IdleWorkspace, LeavingWorkspace, RetentionRepository } from "../contract-retention.ts";
import type { Session } from "../session.ts";
import { keptTextPages } from "./kept-texts.ts";

const leftNames = "~%";

export function retentionRepository(session: Session): RetentionRepository {
  const { manifests } = session.tables;
  return {
    idle: (before, after, limit) => idle(session, { before, after, limit }),

    async letGo(workspace, before, now) {
      await session.done(session.dialect.serialize(session.db, `manifests ${workspace}`));
      if (await isInUse(session, workspace, before)) return 0;
      const left = await session.db
        .update(manifests)
        .set({ workspace: `~${now}~0~${workspace}` })
        .where(eq(manifests.workspace, workspace))
        .returning({ seq: manifests.seq });
      return left.length;
    },

    leaving: (limit) => leaving(session, limit),

    async setAside(name, at) {
      const [, when, , ...workspace] = name.split("~");
      const to = ["", when, at, ...workspace].join("~");
      await session.done(
        session.db.update(manifests).set({ workspace: to }).where(eq(manifests.workspace, name)),
      );
    },

    async forget(name) {
      await session.done(
        session.db
          .delete(manifests)
          .where(and(eq(manifests.workspace, name), like(manifests.workspace, leftNames))),
      );
    },

    async versionsKept(after, limit) {
      const { workspace, seq, digest, sizeBytes } = manifests;
      // The first of the two alone is what an index is gone into at.
      const behind =
        after && and(gte(workspace, after.workspace), or(gt(workspace, after.workspace), gt(seq, after.seq)));
      return session.db
        .select({ workspace, seq, digest, sizeBytes })
        .from(manifests)
        .where(and(notLike(workspace, leftNames), behind))
        .orderBy(asc(workspace), asc(seq))
        .limit(limit);
    },

    textsKept: (of, before, after) => keptTextPages[of](session, before, after),
  };
}

interface IdleQuery {
  readonly before: number;
  readonly after: string;
  readonly limit: number;
}

async function idle(session: Session, { before, after, limit }: IdleQuery): Promise<IdleWorkspace[]> {
  const { manifests, conversations } = session.tables;
  const rows = await session.db
    .select({ workspace: manifests.workspace, tenant: sql<string>`min(${conversations.tenant})` })
    .from(manifests)
    .innerJoin(conversations, eq(conversations.id, manifests.conversation))
    .where(
      and(notLike(manifests.workspace, leftNames), gt(manifests.workspace, after), isQuiet(session, before)),
    )
    .groupBy(manifests.workspace)
    .having(sql`max(${manifests.createdAt}) < ${before}`)
    .orderBy(asc(manifests.workspace))
    .limit(limit);
  return rows.map(({ workspace, tenant }) => ({ workspace, tenant: asTenantId(tenant) }));
}

/** Of most that are in use it is told here, by one look at an index. */
function isQuiet({ db, tables }: Session, before: number): SQL {
  const { runs, manifests } = tables;
  return notExists(
    db
      .select({ id: runs.id })
      .from(runs)
      .where(
        and(
          eq(runs.conversation, sql`${manifests.conversation}`),
          or(isNull(runs.endedAt), gte(runs.endedAt, before)),
        ),
      ),
  );
}

async function leaving({ db, tables }: Session, limit: number): Promise<LeavingWorkspace[]> {
  const { manifests, conversations } = tables;
  const names = await db
    .selectDistinct({ name: manifests.workspace })
    .from(manifests)
    .where(like(manifests.workspace, leftNames))
    .orderBy(asc(manifests.workspace))
    .limit(limit);
  const found: LeavingWorkspace[] = [];
  for (const { name } of names) {
    const rows = await db
      .select({ digest: manifests.digest, tenant: conversations.tenant })
      .from(manifests)
      .innerJoin(conversations, eq(conversations.id, manifests.conversation))
      .where(eq(manifests.workspace, name))
      .orderBy(asc(manifests.seq));
    const [, , since, ...workspace] = name.split("~");
    const [first] = rows;
    if (!first) continue;
    const asideAt = since === "0" ? undefined : Number(since);
    const digests = rows.map(({ digest }) => digest);
    found.push({ name, tenant: first.tenant, workspace: workspace.join("~"), asideAt, digests });
  }
  return found;
}

/** RN1. The rows of its conversations are held, so that nothing begins there until it is decided. */
async function isInUse(session: Session, workspace: string, before: number): Promise<boolean> {
  const { conversations, runs, inbox, manifests } = session.tables;
  const its = await session.dialect.locked(
    session.db
      .select({ id: conversations.id, createdAt: conversations.createdAt })
      .from(conversations)
      .where(eq(conversations.workspace, workspace)),
  );
  const ids = its.map(({ id }) => id);
  const [worked] = await session.db
    .select({ id: runs.id })
    .from(runs)
    .where(and(inArray(runs.conversation, ids), or(isNull(runs.endedAt), gte(runs.endedAt, before))))
    .limit(1);
  const [heard] = await session.db
    .select({ id: inbox.id })
    .from(inbox)
    .where(and(inArray(inbox.conversation, ids), or(eq(inbox.state, "new"), gte(inbox.receivedAt, before))))
    .limit(1);
  const [made] = await session.db
    .select({ seq: manifests.seq })
    .from(manifests)
    .where(and(eq(manifests.workspace, workspace), gte(manifests.createdAt, before)))
    .limit(1);
  const isNew = its.some(({ createdAt }) => createdAt >= before);
  return ids.length === 0 || isNew || worked !== undefined || heard !== undefined || made !== undefined;
}
