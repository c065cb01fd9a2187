// What the authorization server keeps, in memory. Its own store for development forgets the oldest of a thousand entries, which a
// thousand people are too many for.

import type { Adapter, AdapterPayload } from "oidc-provider";

export interface LoginStore {
  readonly adapter: (kind: string) => Adapter;
  /** Ids of what an account has agreed to. */
  grantsOf(account: string): string[];
}

export function createLoginStore(): LoginStore {
  const kinds = new Map<string, Map<string, AdapterPayload>>();
  const of = (kind: string): Map<string, AdapterPayload> => {
    const held = kinds.get(kind) ?? new Map<string, AdapterPayload>();
    kinds.set(kind, held);
    return held;
  };
  const keep = (kind: string): Adapter => {
    const rows = of(kind);
    const where = (is: (row: AdapterPayload) => boolean): AdapterPayload | undefined =>
      [...rows.values()].find(is);
    return {
      upsert: async (id, payload) => void rows.set(id, payload),
      find: async (id) => rows.get(id),
      findByUid: async (uid) => where((row) => row.uid === uid),
      findByUserCode: async (code) => where((row) => row.userCode === code),
      destroy: async (id) => void rows.delete(id),
      async consume(id) {
        const row = rows.get(id);
        if (row) rows.set(id, { ...row, consumed: Math.floor(Date.now() / 1_000) });
      },
      async revokeByGrantId(grantId) {
        for (const [id, row] of rows) if (row.grantId === grantId) rows.delete(id);
      },
    };
  };
  return {
    adapter: keep,
    grantsOf: (account) => [...of("Grant")].flatMap(([id, row]) => (row.accountId === account ? [id] : [])),
  };
}
