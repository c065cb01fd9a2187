// Each scenario runs once straight, and once per failpoint with the process thrown away there and rebuilt from the rows.
// What people see, and what the rows say, must be the same.

import { afterEach, describe, expect, it } from "vitest";
import type { FailpointName } from "../../src/base/failpoints.ts";
import { optionValue } from "../../src/domain/actions.ts";
import type { InboundEvent } from "../../src/domain/inbound.ts";
import type { Run } from "../../src/domain/run.ts";
import type { QuestionAsk } from "../../src/domain/wait.ts";
import { Crash, createGatewayWorld, type GatewayWorld, thread } from "./gateway-world.ts";

const failpoints: readonly FailpointName[] = [
  "inbox.before-commit",
  "inbox.after-commit",
  "intake.after-route",
  "outbox.after-claim",
  "outbox.after-post",
];

interface Seen {
  readonly messages: readonly unknown[];
  readonly reactions: number;
  readonly status: string | undefined;
  readonly runs: readonly string[];
  readonly mail: readonly string[];
  readonly rung: boolean;
}

type Scenario = (world: GatewayWorld, step: Step) => Promise<void>;
/** Does one thing, in a process that may die of it. */
type Step = (act: () => Promise<InboundEvent>) => Promise<void>;

const question: QuestionAsk = { kind: "question", question: "Which region?", options: ["Europe", "World"] };

async function current(world: GatewayWorld): Promise<Run> {
  const run = await world.run();
  if (!run) throw new Error("There is no run");
  return run;
}

const scenarios: Readonly<Record<string, Scenario>> = {
  "a request with a file": async (world, step) => {
    const files = [world.file("sales.csv", "a,b\n1,2\n")];
    await step(() => world.hear("summarise this", { files }));
  },
  "steering a run that waits for its turn": async (world, step) => {
    await world.hear("compare the vendors");
    await world.settle();
    await step(() => world.hear("only EU vendors", { mentionsAgent: false }));
  },
  "an answer by a button": async (world, step) => {
    await world.hear("compare the vendors");
    await world.settle();
    const wait = await world.park(await current(world), question);
    await step(() => world.click("question.answer", optionValue(wait.id, 1)));
  },
  "an answer in words": async (world, step) => {
    await world.hear("compare the vendors");
    await world.settle();
    await world.park(await current(world), question);
    await step(() => world.hear("world", { mentionsAgent: false }));
  },
  "a stop while it waits": async (world, step) => {
    await world.hear("compare the vendors");
    await world.settle();
    await world.park(await current(world), question);
    await step(() => world.hear("stop", { mentionsAgent: false }));
  },
  "a status word": (world, step) => step(() => world.hear("status")),
};

describe("gateway/crash-windows", () => {
  let world: GatewayWorld | undefined;
  afterEach(async () => {
    await world?.close();
    world = undefined;
  });

  const cases = Object.entries(scenarios).flatMap(([name, scenario]) =>
    failpoints.map((failpoint) => ({ name, scenario, failpoint })),
  );

  it.each(cases)(
    "I1, I2: ends the same for $name when the process dies at $failpoint",
    async ({ scenario, failpoint }) => {
      const straight = await play(scenario);
      const crashed = await play(scenario, failpoint);

      expect(crashed).toEqual(straight);
    },
  );

  async function play(scenario: Scenario, failpoint?: FailpointName): Promise<Seen> {
    const played = await createGatewayWorld();
    world = played;
    await scenario(played, async (act) => {
      played.bells.length = 0;
      if (failpoint !== undefined) played.restart(failpoint);
      const event = await survive(played, act);
      await played.settle();
      expect(played.died()).toBe(failpoint !== undefined);
      if (failpoint !== undefined) await recover(played, event);
    });
    await played.settle();
    await played.pass(5_000);
    const seen = await look(played);
    await played.close();
    world = undefined;
    return seen;
  }

  /** The event, whether the process that heard it lived to say so or not. */
  async function survive(
    played: GatewayWorld,
    act: () => Promise<unknown>,
  ): Promise<InboundEvent | undefined> {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
    }
    return played.delivered.at(-1);
  }

  /** A new process: the platform delivers what was not acknowledged again, the sweeper does what was left. */
  async function recover(played: GatewayWorld, event: InboundEvent | undefined): Promise<void> {
    played.restart();
    if (event) await played.gateway.intake.receive(event);
    await played.sweep();
    await played.pass(32_000);
  }
});

async function look(world: GatewayWorld): Promise<Seen> {
  const { messages, reactions, statuses } = world.held(thread);
  const runs = await world.runs();
  const [run] = runs;
  const due = await world.store.read((tx) =>
    tx.runs.runnable(world.clock.now(), { perPerson: 9, perTenant: 9 }, 9),
  );
  return {
    messages: messages.map(({ message }) => ({
      kind: message.kind,
      text: "text" in message ? message.text.replaceAll(/\d+ (s|min) ago/g, "a while ago") : undefined,
      buttons: "buttons" in message ? message.buttons.length : undefined,
      options: "options" in message ? message.options.length : undefined,
      noted: "noted" in message ? message.noted : undefined,
      state: "state" in message ? message.state : undefined,
    })),
    reactions: reactions.length,
    status: statuses.at(-1),
    runs: runs.map((one) => `${one.state}: ${one.goal}`),
    mail: run ? (await world.mail(run)).map((mail) => `${mail.kind}: ${mail.text}`) : [],
    rung: world.bells.length > 0 || due.length > 0,
  };
}
