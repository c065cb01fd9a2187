// The sessions that are open: each for one run, one server and one account (MC4). Made when first needed, gone with the segment.
//
//   SS1  What a session is found by is the run and the grant itself; nothing that a server or a model says is in it.
//   SS2  A run that waits has no session (I6). One that goes on in this process keeps its own for a moment.

import type { CancelTimer, Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/logger.ts";
import type { RunId } from "../../domain/ids.ts";
import type { Grants, ReadyGrant } from "../../grants/contract.ts";
import type { Denied, GuardedRequest } from "../../net/contract.ts";
import type { Services } from "../sandbox/contract.ts";
import type { Account, McpServer, TransportKind } from "./contract.ts";
import { Session, type SessionLimits } from "./session.ts";

export interface SessionDeps {
  readonly kinds: readonly TransportKind[];
  readonly request: GuardedRequest;
  readonly grants: () => Grants;
  readonly clock: Clock;
  readonly log: Logger;
  /** Where servers are started to be looked at. */
  readonly services?: Services | undefined;
  readonly limits: SessionLimits;
}

/** For whom, and with what. */
export interface Seat {
  readonly run: RunId;
  readonly grant?: ReadyGrant | undefined;
  readonly sandbox?: Services | undefined;
  readonly onDenied: (denied: Denied) => void;
}

export interface Sessions {
  /** The open one of this seat, or a new one. */
  of(server: McpServer, seat: Seat): Promise<Session>;
  /** One that is nobody else's, for looking at a server; the caller closes it. */
  open(server: McpServer, seat: Omit<Seat, "run">): Promise<Session>;
  /** Closes what is not to be used again. */
  drop(session: Session): Promise<void>;
  leave(run: RunId, goesOn: boolean): Promise<void>;
  close(): Promise<void>;
}

const keptMs = 30_000;

export function createSessions(deps: SessionDeps): Sessions {
  const held = new Map<RunId, Map<string, Promise<Session>>>();
  const leaving = new Map<RunId, CancelTimer>();
  const farewells = new Set<Promise<unknown>>();
  const end = async (run: RunId): Promise<void> => {
    leaving.get(run)?.();
    leaving.delete(run);
    const sessions = [...(held.get(run)?.values() ?? [])];
    held.delete(run);
    const closed = Promise.all(
      sessions.map((opening) =>
        opening.then(
          (session) => session.close(),
          () => undefined,
        ),
      ),
    );
    farewells.add(closed);
    await closed;
    farewells.delete(closed);
  };
  return {
    async of(server, seat) {
      leaving.get(seat.run)?.();
      leaving.delete(seat.run);
      const own = held.get(seat.run) ?? new Map<string, Promise<Session>>();
      held.set(seat.run, own);
      const key = JSON.stringify([server.name, seat.grant?.id ?? null]);
      const known = own.get(key);
      const open = known && (await known.catch(() => undefined));
      if (open && !open.isClosed) return open;
      // Whoever came here meanwhile has opened one already.
      const newer = own.get(key);
      const opening = newer !== undefined && newer !== known ? newer : openSession(server, seat, deps);
      own.set(key, opening);
      try {
        return await opening;
      } catch (error) {
        if (own.get(key) === opening) own.delete(key);
        throw error;
      }
    },
    open: (server, seat) => openSession(server, seat, deps),
    drop: (session) => session.close(),
    async leave(run, goesOn) {
      if (!held.has(run)) return;
      if (!goesOn) return end(run);
      leaving.get(run)?.();
      leaving.set(
        run,
        deps.clock.after(keptMs, () => void end(run)),
      );
    },
    async close() {
      await Promise.all([...farewells, ...[...held.keys()].map(end)]);
    },
  };
}

async function openSession(
  server: McpServer,
  { grant, sandbox, onDenied }: Omit<Seat, "run">,
  { kinds, request, grants, limits, log, services }: SessionDeps,
): Promise<Session> {
  const kind = kinds.find((candidate) => candidate.kind === server.at.kind);
  if (!kind) throw new TypeError(`Nothing talks to servers of kind ${server.at.kind}`);
  const account = grant && accountOf(grant, grants());
  const open = await kind.open(server, {
    request,
    log,
    onDenied,
    ...(account ? { account } : {}),
    sandbox: sandbox ?? services,
  });
  return Session.open(server, open, limits);
}

function accountOf(grant: ReadyGrant, grants: Grants): Account {
  return {
    grant,
    token: () => grants.token(grant),
    rejected: (version) => grants.rejected(grant, version),
  };
}
