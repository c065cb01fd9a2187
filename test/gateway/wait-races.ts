// A thousand waits, each wanted by several at once: an answer, the same click again, another person's click, the default
// that falls due, a stop. One wins, whoever loses is told, and the run is woken or ended once.

import { describe, expect, it } from "vitest";
import { noFailpoints } from "../../src/base/failpoints.ts";
import { createIds } from "../../src/base/ids.ts";
import { silentLogger } from "../../src/base/logger.ts";
import { optionValue } from "../../src/domain/actions.ts";
import { asConversationId, asRunId, asWaitId } from "../../src/domain/ids.ts";
import type { InboundAction } from "../../src/domain/inbound.ts";
import type { OutboxEntry } from "../../src/domain/outbox.ts";
import type { Person } from "../../src/domain/person.ts";
import type { QuestionAsk, Wait } from "../../src/domain/wait.ts";
import { actOn } from "../../src/gateway/actions.ts";
import { createDesk, type Desk } from "../../src/gateway/desk.ts";
import { expireWait } from "../../src/gateway/waits-due.ts";
import { askPost } from "../../src/runtime/voice/attention.ts";
import { ada, ana, type GatewayWorld, thread } from "./gateway-world.ts";
import { testApprovals } from "../support/open-stages.ts";

const question: QuestionAsk = {
  kind: "question",
  question: "Which region?",
  options: ["Europe", "World"],
  default: "Europe",
};

const races = 1_000;
/** Each is a handful of transactions at the same moment. */
const atOnce = 10;

/** Over one store, by the desks of two processes that deliver nothing. */
export function waitRaces(open: () => GatewayWorld): void {
  describe("a thousand races", () => {
    it("W1: have one winner each, wake exactly once, and answer whoever lost", {
      timeout: 600_000,
    }, async () => {
      const world = open();
      const here = deskOver(world);
      const another = deskOver(world);
      const winners = new Map<string, number>();
      for (let from = 0; from < races; from += atOnce) {
        const waits = await Promise.all(Array.from({ length: atOnce }, (_, n) => waiting(world, from + n)));
        const told = await Promise.all(
          waits.map((wait, n) => race({ world, here, another }, wait, from + n)),
        );
        for (const [n, wait] of waits.entries()) {
          const winner = await verdict(world, wait, told[n] ?? []);
          winners.set(winner, (winners.get(winner) ?? 0) + 1);
        }
      }
      expect([...winners.values()].reduce((sum, count) => sum + count, 0)).toBe(races);
      expect(winners.size).toBeGreaterThan(1);
    });
  });
}

/** A run that waits, as rows. */
async function waiting({ store, clock }: GatewayWorld, n: number): Promise<Wait> {
  const now = clock.now();
  return store.write(async (tx) => {
    const ids = createIds(() => now);
    const address = { ...thread, thread: `race${n}` };
    const id = asWaitId(`wait_race_${n}`);
    const fresh = { id: asConversationId(ids.next("conv")), workspace: `race-${n}`, now };
    const conversation = await tx.conversations.ensure(address, fresh);
    const run = await tx.runs.create({
      id: asRunId(`run_race${n}`),
      tenant: conversation.tenant,
      conversation: conversation.id,
      agent: "deputy",
      subject: ana.key,
      subjectName: "Ana",
      mode: "employee",
      goal: "Race",
      title: "Race",
      budget: { steps: 500 },
      now,
    });
    if (!run) throw new Error("The run was not made");
    const bell = { run: run.id, segment: 0 };
    const claim = await tx.runs.claim(bell, "worker", 15_000, { perPerson: 9_999, perTenant: 9_999 }, now);
    if (claim.kind !== "claimed") throw new Error(`The run could not be claimed: ${claim.kind}`);
    await tx.runs.advance(claim.lease, 0, 1, run.spent);
    await tx.steps.start(claim.lease, { n: 0, kind: "tool", tool: "ask_person", callId: "c" }, now);
    await tx.waits.open({
      id,
      run: run.id,
      step: 0,
      kind: "question",
      ask: question,
      asked: ana.key,
      dueAt: now,
      now,
    });
    await tx.runs.park(claim.lease, undefined);
    await tx.outbox.add(askPost(run, id, question, undefined), now);
    const wait = await tx.waits.find(id);
    if (!wait) throw new Error("The wait was not opened");
    return wait;
  });
}

interface Place {
  readonly world: GatewayWorld;
  readonly here: Desk;
  readonly another: Desk;
}

function deskOver({ store, queue, clock }: GatewayWorld): Desk {
  const kick = (): void => undefined;
  return createDesk({
    store,
    queue,
    clock,
    kick,
    failpoint: noFailpoints,
    log: silentLogger,
    checkInMs: 900_000,
  });
}

/** Everybody at once, in an order that turns with `n`. Returns what each click was told. */
async function race({ world, here, another }: Place, wait: Wait, n: number): Promise<string[]> {
  const told: string[] = [];
  const contenders = [
    () => click(world, here, wait, { by: ana, option: 0, told }),
    () => click(world, another, wait, { by: ana, option: 1, told }),
    () => click(world, another, wait, { by: ada, option: 1, told }),
    () => expireWait(another, testApprovals, wait),
    () => click(world, here, wait, { by: ana, told }),
  ];
  const turned = contenders.map((_, place) => contenders[(place + n) % contenders.length]);
  await Promise.all(turned.map((act) => act?.()));
  return told;
}

interface Click {
  readonly by: Person;
  /** A stop where it is absent. */
  readonly option?: number;
  readonly told: string[];
}

async function click(
  world: GatewayWorld,
  desk: Desk,
  wait: Wait,
  { by, option, told }: Click,
): Promise<void> {
  await desk.decide(async (d) => {
    const run = await d.tx.runs.find(wait.run);
    const conversation = run && (await d.tx.conversations.find(run.conversation));
    if (!conversation) throw new Error("The run is gone");
    const id = `${wait.id}-${by.name}-${option ?? "stop"}`;
    const event: InboundAction = {
      kind: "action",
      eventId: id,
      conversation: conversation.address,
      author: by,
      sentAt: d.now,
      action: option === undefined ? "run.stop" : "question.answer",
      value: option === undefined ? wait.run : optionValue(wait.id, option),
    };
    const row = {
      id,
      conversation: conversation.id,
      event,
      state: "new",
      dueAt: d.now,
      receivedAt: d.now,
    } as const;
    const answers: string[] = [];
    const heard = { row, event, conversation, rules: world.rules };
    const listening = {
      ...d,
      say: async (utterance: Parameters<typeof d.say>[0]) => {
        if (utterance.op.op === "whisper" && utterance.op.message.kind === "notice")
          answers.push(utterance.op.message.text);
        await d.say(utterance);
      },
    };
    await actOn(listening, heard, {
      ids: createIds(() => d.now),
      log: silentLogger,
      rulesFor: () => world.rules,
      approvals: world.gateway.approvals,
    });
    told.push(...answers);
  });
}

/** Who won, as the rows tell it; what is said of it goes with that, or the name says what does not. */
async function verdict(world: GatewayWorld, wait: Wait, told: readonly string[]): Promise<string> {
  const { after, run, result, decided } = await world.store.read(async (tx) => ({
    after: await tx.waits.find(wait.id),
    run: await tx.runs.find(wait.run),
    result: await tx.outbox.find(`result:${wait.run}`),
    decided: await tx.outbox.find(`ask:${wait.id}:decided`),
  }));
  // A stop always ends the run, answered or not; what it finds decided stays decided.
  expect(run?.state).toBe("stopped");
  expect(result).toBeDefined();
  const winner = winnerOf(after);
  // Claimed, parked, settled; and woken once if there was an answer. Each of the clicks that lost was told.
  expect({ winner, segment: run?.segment, told: told.length }).toEqual({ winner, ...expected[winner] });
  expect(decidedIn(decided)).toContain(words[winner]);
  return winner;
}

type Winner = "stop" | "default" | "Ana" | "Ada";

const expected: Readonly<Record<Winner, { readonly segment: number; readonly told: number }>> = {
  stop: { segment: 3, told: 3 },
  default: { segment: 4, told: 3 },
  Ana: { segment: 4, told: 2 },
  Ada: { segment: 4, told: 2 },
};
const words: Readonly<Record<Winner, string>> = {
  stop: "Closed: stopped by Ana",
  default: "No answer came",
  Ana: "Ana: ",
  Ada: "Ada: ",
};

function winnerOf(wait: Wait | undefined): Winner {
  if (wait?.state === "cancelled") return "stop";
  if (wait?.answer?.via === "default") return "default";
  return wait?.answer?.by === ada.key ? "Ada" : "Ana";
}

function decidedIn(entry: OutboxEntry | undefined): string {
  if (entry?.op.op !== "edit" || entry.op.message.kind !== "attention") return "";
  return entry.op.message.decided ?? "";
}
