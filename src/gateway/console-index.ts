// What the console shows one person first: what waits for them, what is being done for them, and what was; for managers also the
// work of their agents.
//
//   CI1  A run is listed for whoever may see it (RS1), and an approval for whoever may decide it now (HA1). Whoever an operator has
//        withdrawn access from has no console.
//   CI2  Of another's private matters there is no word in it (OUT-4, HA3): such a run is listed as what it is.
//   CI3  A run that can't be read is counted, and ends no list.

import type { ConversationAddress } from "../domain/conversation.ts";
import type { PersonKey } from "../domain/ids.ts";
import type { Person } from "../domain/person.ts";
import { type Run, type RunState, runStates, terminalRunStates } from "../domain/run.ts";
import { toldTo } from "../runtime/told-run.ts";
import { titleOfRun } from "../runtime/voice/own-work.ts";
import type { RunMark, RunPageQuery } from "../store/contract-runs.ts";
import type { Tx } from "../store/contract.ts";
import { type WaitingDeps, type WaitingLine, waitingFor } from "./console-waiting.ts";
import type { RulesFor } from "./rules.ts";
import { maySee } from "./run-sight.ts";

export interface ConsoleDeps extends WaitingDeps {
  /** Names of all employees. */
  readonly agents: readonly string[];
}

export interface ConsoleQuery {
  /** `all`: also what the agents do that they manage. */
  readonly whose: "mine" | "all";
  readonly state?: RunState | undefined;
  readonly agent?: string | undefined;
  readonly channel?: string | undefined;
  readonly after?: RunMark | undefined;
}

export interface ConsoleIndex {
  readonly name: string;
  /** Agents that the person manages. */
  readonly manages: readonly string[];
  readonly agents: readonly string[];
  readonly waiting: readonly WaitingLine[];
  readonly lists: readonly RunList[];
}

export interface RunList {
  readonly of: "active" | "ended" | RunState;
  readonly runs: readonly RunLine[];
  /** How many more there are that can't be read (CI3). */
  readonly unreadable: number;
  /** Where it goes on. */
  readonly next?: RunMark | undefined;
}

export interface RunLine extends Pick<Run, "id" | "state" | "mode" | "agent" | "createdAt"> {
  readonly endedAt?: number | undefined;
  readonly title: string;
  readonly asker: string;
  readonly isOwn: boolean;
  /** It holds private matters: not for others' ears. */
  readonly isPrivate: boolean;
  readonly place: Pick<ConversationAddress, "kind" | "channel" | "platform">;
  readonly usdMicros: number;
}

const perPage = 25;
const mostLooks = 8;
const activeStates = runStates.filter((state) => !terminalRunStates.some((ended) => ended === state));

/** Undefined for whoever has no console (CI1). */
export async function consoleIndex(
  tx: Tx,
  deps: ConsoleDeps,
  reader: PersonKey,
  query: ConsoleQuery,
): Promise<ConsoleIndex | undefined> {
  const person = await tx.people.find(reader);
  if (!person || (await isRevoked(tx, reader))) return undefined;
  const manages = deps.agents.filter((agent) => deps.deciders.managersOf(agent).includes(reader));
  const seeing: Seeing = {
    tx,
    rulesFor: deps.rulesFor,
    person,
    agents: query.whose === "all" ? manages : [],
  };
  return {
    name: person.name,
    manages,
    agents: deps.agents,
    waiting: await waitingFor(tx, deps, person),
    lists: await listsOf(seeing, query),
  };
}

async function isRevoked(tx: Pick<Tx, "brakes">, reader: PersonKey): Promise<boolean> {
  return (await tx.brakes.list()).some(({ kind, name }) => kind === "person" && name === reader);
}

interface Seeing {
  readonly tx: Tx;
  readonly rulesFor: RulesFor;
  readonly person: Person;
  readonly agents: readonly string[];
}

/** What goes on is at hand on the first page only. */
async function listsOf(seeing: Seeing, { state, after, agent, channel }: ConsoleQuery): Promise<RunList[]> {
  const filter = { agent, channel };
  if (state !== undefined)
    return [{ of: state, ...(await seenRuns(seeing, { ...filter, states: [state], after })) }];
  const ended = await seenRuns(seeing, { ...filter, states: terminalRunStates, after });
  const active =
    after === undefined ? [await seenRuns(seeing, { ...filter, states: activeStates, after })] : [];
  return [...active.map((list) => ({ of: "active" as const, ...list })), { of: "ended" as const, ...ended }];
}

type Wanted = Omit<RunPageQuery, "subject" | "agents" | "limit">;

async function seenRuns(seeing: Seeing, wanted: Wanted): Promise<Omit<RunList, "of">> {
  const { tx, person, agents, rulesFor } = seeing;
  const runs: RunLine[] = [];
  let unreadable = 0;
  let { after } = wanted;
  for (let look = 0; look < mostLooks; look += 1) {
    const limit = perPage + 1;
    const rows = await tx.runs.page({ ...wanted, subject: person.key, agents, after, limit });
    for (const { at, placed } of rows) {
      if (runs.length === perPage) return { runs, unreadable, next: after };
      after = at;
      if (!placed) unreadable += 1;
      else if (maySee(placed.run, person, placed.address, rulesFor))
        runs.push(lineOf(placed.run, placed.address, person.key));
    }
    if (rows.length < limit) return { runs, unreadable };
  }
  return { runs, unreadable, next: after };
}

function lineOf(run: Run, address: ConversationAddress, reader: PersonKey): RunLine {
  const { id, state, mode, agent, createdAt, endedAt, subject, subjectName, spent, taint } = run;
  const { kind, channel, platform } = address;
  return {
    id,
    state,
    mode,
    agent,
    createdAt,
    endedAt,
    title: titleOfRun(toldTo(run, reader)),
    asker: subjectName,
    isOwn: subject === reader,
    isPrivate: taint.private.length > 0,
    place: { kind, channel, platform },
    usdMicros: spent.usdMicros,
  };
}
