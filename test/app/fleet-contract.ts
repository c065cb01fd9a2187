// What must hold when doors and workers are different processes, whichever database they share.

import { beforeEach, describe, expect, it } from "vitest";
import { createGate } from "../fakes/gate.ts";
import type { Fleet } from "./fleet.ts";
import { finishes, uses } from "./product.ts";

const plan = (title: string): readonly [string, object] => [
  "set_plan",
  { title, steps: ["One", "Two", "Three"].map((text) => ({ text, state: "todo" })) },
];

/** `running` is a fleet of each test's own: what one of them left behind would be worked on in the next. */
export function describeHandover(running: () => Fleet): void {
  let fleet: Fleet;
  beforeEach(() => {
    fleet = running();
  });

  describe("a run", () => {
    it("I1 I2 I4 I8: has one result though its worker is killed in the middle", async () => {
      const { people, model } = fleet;
      const gate = createGate();
      const first = await fleet.worker();
      model.replyTo("kill", uses(plan("kill"), ["write_file", { path: "a.md", content: "A" }]));
      model.replyTo(
        "kill",
        { ...finishes("Of the first."), after: gate.opened },
        finishes("Of the second.", "a.md"),
      );
      const thread = await people.ana.asks("@deputy survive a kill");
      await thread.post("card");
      await expect.poll(() => model.requests.length).toBe(2);

      await first.kill();
      gate.open();
      const second = await fleet.worker();
      const result = await thread.post("result");
      await second.kill();

      expect(result.body).toMatchObject({ outcome: "done", text: "Of the second." });
      expect(result.body.files.map(({ name }) => name)).toEqual(["a.md"]);
      expect(thread.posts("card")).toHaveLength(1);
      expect(thread.posts("result")).toHaveLength(1);
      expect(await stepsOf(fleet)).toEqual([
        "model done",
        "set_plan done",
        "write_file done",
        "model done",
        "finish done",
      ]);
    });

    it("I7: is handed on by a worker that is told to end, and no step is done twice", async () => {
      const { people, model } = fleet;
      const gate = createGate();
      const first = await fleet.worker();
      model.replyTo("handover", { ...uses(plan("handover")), after: gate.opened }, finishes("Handed over."));
      const thread = await people.ana.asks("@deputy do a handover");
      await expect.poll(() => model.requests.length).toBe(1);
      const second = await fleet.worker();

      const ended = first.terminate();
      await first.closes();
      gate.open();
      const code = await ended;
      const result = await thread.post("result");
      await second.kill();

      expect(code).toBe(0);
      expect(result.body.text).toBe("Handed over.");
      expect(model.requests.length).toBe(2);
      expect(await stepsOf(fleet)).toEqual(["model done", "set_plan done", "model done", "finish done"]);
    });
  });
}

/** Steps of the newest run, by tool or kind, in order. */
export async function stepsOf(fleet: Fleet): Promise<string[]> {
  return fleet.app.edges.store.read(async (tx) => {
    const [run] = await tx.runs.list({ limit: 1 });
    if (!run) return [];
    return (await tx.steps.list(run.id, 0)).map((step) => `${step.tool ?? step.kind} ${step.state}`);
  });
}
