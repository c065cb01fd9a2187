// The session mark of a conversation: whatever becomes of a run, `processing` is never left behind (ux d.15).

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createIds } from "../../src/base/ids.ts";
import { silentLogger } from "../../src/base/logger.ts";
import { optionValue } from "../../src/domain/actions.ts";
import type { Run } from "../../src/domain/run.ts";
import type { QuestionAsk } from "../../src/domain/wait.ts";
import { expireWait } from "../../src/gateway/waits-due.ts";
import { failRun } from "../../src/runtime/fail-run.ts";
import { sessionStatus } from "../../src/runtime/voice/session-status.ts";
import { ana, bo, createGatewayWorld, type GatewayWorld } from "./gateway-world.ts";
import { testApprovals } from "../support/open-stages.ts";

const question: QuestionAsk = {
  kind: "question",
  question: "Which region?",
  options: ["Europe", "World"],
  default: "Europe",
};

describe("gateway/session-marks", () => {
  let world: GatewayWorld;
  let run: Run;
  beforeEach(async () => {
    world = await createGatewayWorld();
    await world.hear("compare the vendors");
    await world.settle();
    const started = await world.run();
    if (!started) throw new Error("There is no run");
    run = started;
  });
  afterEach(() => world.close());

  const marks = (): readonly string[] => world.held().statuses;
  const suspend = async () => {
    const wait = await world.park(run, question);
    await world.say(
      sessionStatus(
        run,
        "suspended",
        createIds(() => world.clock.now()),
      ),
    );
    return wait;
  };

  it("says what the session is about, and who began it", () => {
    expect(marks()).toEqual(["processing"]);
    expect(world.held().sessions).toEqual([{ title: "compare the vendors", by: ana.key }]);
  });

  it("keeps a title to what platforms take", async () => {
    const titled = { ...run, title: "x".repeat(500) };
    const { op } = sessionStatus(
      titled,
      "active",
      createIds(() => 0),
    );

    expect(op.op === "status" && op.title).toHaveLength(200);
  });

  it("is processing again as soon as nobody has to act any more", async () => {
    const wait = await suspend();
    await world.click("question.answer", optionValue(wait.id, 0));
    await world.settle();

    expect(marks()).toEqual(["processing", "suspended", "processing"]);
  });

  it("is processing again when a default applies", async () => {
    const wait = await suspend();
    await expireWait(world.gateway.desk, testApprovals, wait);
    await world.settle();

    expect(marks()).toEqual(["processing", "suspended", "processing"]);
  });

  it.each([
    ["queued", () => Promise.resolve()],
    ["waiting", suspend],
  ])("is active when a %s run is stopped", async (_state, prepare) => {
    await prepare();
    await world.click("run.stop", run.id);
    await world.settle();

    expect(marks().at(-1)).toBe("active");
  });

  it("is active when a run is given up", async () => {
    const lease = await world.work(run);
    const { clock, store } = world;
    const ids = createIds(() => clock.now());
    const log = silentLogger;
    const deps = { store, world: { clock, ids, log, failpoint: () => undefined } };
    await failRun(run, lease, "run.poison", deps);
    world.gateway.delivery.kick();
    await world.settle();

    expect(marks().at(-1)).toBe("active");
  });

  it("is put back when somebody stops who may not, to what it was", async () => {
    await suspend();
    await world.click("run.stop", run.id, { by: bo });
    await world.settle();

    expect(marks()).toEqual(["processing", "suspended", "suspended"]);
  });

  it.each([
    ["stop", () => world.hear("stop")],
    ["a click on Stop", () => world.click("run.stop", run.id)],
  ])("is taken away by %s where nothing runs any more", async (_how, again) => {
    await world.click("run.stop", run.id);
    await world.settle();
    const before = marks().length;
    await again();
    await world.settle();

    expect(marks().slice(before)).toEqual(["active"]);
  });

  it("leaves the mark of the next run alone when the last one's Stop is clicked", async () => {
    await world.click("run.stop", run.id);
    await world.hear("go on", {});
    await world.settle();
    const before = marks().length;
    await world.click("run.stop", run.id);
    await world.settle();

    expect(marks().slice(before)).toEqual([]);
  });

  it("does not set a mark late, when its run has ended", async () => {
    await world.click("run.stop", run.id);
    await world.settle();
    await world.say(
      sessionStatus(
        run,
        "processing",
        createIds(() => world.clock.now()),
      ),
    );
    await world.say(
      sessionStatus(
        run,
        "suspended",
        createIds(() => world.clock.now() + 1),
      ),
    );

    expect(marks()).toEqual(["processing", "active"]);
  });

  it("lets a processing go that fails ten times, but not what ends it", async () => {
    world.platform.failAlways("status", { kind: "unavailable" });
    await world.say(
      sessionStatus(
        run,
        "processing",
        createIds(() => world.clock.now()),
      ),
    );
    await world.click("run.stop", run.id);
    await world.pass(3_600_000);
    expect(marks()).toEqual(["processing"]);

    world.platform.failAlways("status");
    await world.pass(120_000);
    expect(marks()).toEqual(["processing", "active"]);
  });
});
