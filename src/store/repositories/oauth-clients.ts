// Our registrations with authorization servers, with their sealed secrets.

import { and, asc, eq, lte } from "drizzle-orm";
import type { OAuthClientRepository, OAuthClientRow } from "../contract-authorities.ts";
import type { Tables } from "../dialect.ts";
import { withoutNulls } from "../rows.ts";
import type { Session } from "../session.ts";
import { textsOf } from "./authorities.ts";

type StoredRow = Tables["oauthClients"]["$inferSelect"];

export function oauthClientRepository(session: Session): OAuthClientRepository {
  const { oauthClients } = session.tables;
  const at = ({ tenant, issuer }: Pick<OAuthClientRow, "tenant" | "issuer">) =>
    and(eq(oauthClients.tenant, tenant), eq(oauthClients.issuer, issuer));
  return {
    async find(tenant, issuer) {
      const [row] = await session.db.select().from(oauthClients).where(at({ tenant, issuer }));
      return row && toRow(row);
    },
    async list() {
      const rows = await session.db
        .select()
        .from(oauthClients)
        .orderBy(asc(oauthClients.tenant), asc(oauthClients.issuer));
      return rows.map(toRow);
    },
    async begin({ tenant, issuer }, now, before) {
      const added = await session.db
        .insert(oauthClients)
        .values({ tenant, issuer, triedAt: now, redirectUris: "[]" })
        .onConflictDoNothing()
        .returning({ issuer: oauthClients.issuer });
      if (added.length > 0) return true;
      const taken = await session.db
        .update(oauthClients)
        .set({ triedAt: now })
        .where(and(at({ tenant, issuer }), lte(oauthClients.triedAt, before)))
        .returning({ issuer: oauthClients.issuer });
      return taken.length > 0;
    },
    async keep(place, { clientId, secret, method, redirectUris, registeredAt, expiresAt }) {
      await session.done(
        session.db
          .update(oauthClients)
          .set({
            clientId: clientId ?? null,
            secret: secret ?? null,
            method: method ?? null,
            redirectUris: JSON.stringify(redirectUris),
            registeredAt: registeredAt ?? null,
            expiresAt: expiresAt ?? null,
          })
          .where(at(place)),
      );
    },
    async reseal(place, from, to) {
      const resealed = await session.db
        .update(oauthClients)
        .set({ secret: to })
        .where(and(at(place), eq(oauthClients.secret, from)))
        .returning({ issuer: oauthClients.issuer });
      return resealed.length > 0;
    },
  };
}

function toRow({ redirectUris, ...row }: StoredRow): OAuthClientRow {
  return { ...withoutNulls(row), redirectUris: textsOf(redirectUris) };
}
