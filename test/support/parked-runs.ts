// Ten thousand parked runs: a few are parked through the store, the others are their copies, row by row.

import { getTableColumns } from "drizzle-orm";
import { asPersonKey, asRunId, asWaitId } from "../../src/domain/ids.ts";
import type { QuestionAsk } from "../../src/domain/wait.ts";
import type { Store } from "../../src/store/contract.ts";
import { briefs, conversations, runs, steps, waits } from "../../src/store/schema-sqlite.ts";
import { addRun, claimAs } from "../workers/rows.ts";

/** Runs SQL as it stands. */
export type Execute = (sql: string) => Promise<void>;

export interface Parked {
  readonly name: string;
  readonly copies: number;
  /** The stated default applies then. */
  readonly dueAt?: number;
  /** It wakes by itself then. */
  readonly wakeAt?: number;
}

/** `copies` runs `<name>-1` … that wait. */
export async function park(store: Store, execute: Execute, parked: Parked): Promise<void> {
  const { name, dueAt, wakeAt, copies } = parked;
  await addRun(store, name, { person: `person-${name}` });
  const lease = await claimAs(store, "worker-0", name, { now: 0, ms: 1 });
  await store.write(async (tx) => {
    await tx.runs.advance(lease, 0, 1, { steps: 1, inputTokens: 0, outputTokens: 0, usdMicros: 0 });
    await tx.steps.start(lease, { n: 0, kind: "tool", tool: "ask_person", callId: "c", arguments: "{}" }, 0);
    if (wakeAt === undefined) {
      await tx.waits.open({
        id: asWaitId(`wait-${name}`),
        run: asRunId(name),
        step: 0,
        kind: "question",
        ask: dueAt === undefined ? open : { ...open, default: "Europe" },
        asked: asPersonKey("local:local:ana"),
        now: 0,
        ...(dueAt === undefined ? {} : { dueAt }),
      });
    }
    await tx.runs.park(lease, wakeAt);
  });
  await copy(execute, "conversations", conversations, name, copies);
  await copy(execute, "runs", runs, name, copies);
  await copy(execute, "briefs", briefs, name, copies);
  await copy(execute, "steps", steps, name, copies);
  await copy(execute, "waits", waits, name, copies);
  await execute(`delete from waits where run = '${name}'`);
  await execute(`update runs set state = 'stopped', wake_at = null where id = '${name}'`);
}

const open: QuestionAsk = { kind: "question", question: "Which region?", options: ["Europe", "World"] };

/** Columns that name a run, or are unique in their table, get the number of the copy behind them. */
const named = new Set(["address_key", "thread", "workspace", "conversation", "run"]);

// oxlint-disable-next-line max-params -- what is copied, how often
async function copy(
  execute: Execute,
  name: string,
  table: Parameters<typeof getTableColumns>[0],
  of: string,
  copies: number,
): Promise<void> {
  const columns = Object.values(getTableColumns(table)).map((column) => column.name);
  const values = columns.map((column) =>
    named.has(column) || column === "id" ? `${column} || '-' || series.copy` : column,
  );
  const key = { conversations: "id", runs: "id" }[name] ?? "run";
  const id = name === "conversations" ? `cnv_${of}` : of;
  await execute(
    `with recursive series(copy) as (select 1 union all select copy + 1 from series where copy < ${copies})
     insert into ${name} (${columns.join(", ")}) select ${values.join(", ")} from ${name}, series where ${key} = '${id}'`,
  );
}
