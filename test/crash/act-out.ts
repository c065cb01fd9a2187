// Acts a scenario out: a process that dies at a failpoint, or several one after another, and one that brings it to its end.

import { type FakeOpenAi, fakeKey, startFakeOpenAi } from "../fakes/fake-openai.ts";
import { type OutsideWorld, startOutsideWorld } from "../fakes/outside-world.ts";
import type { DoubtAnswer } from "./person.ts";
import { type ProductChildSettings, type ProductProcess, startProductProcess } from "./product-process.ts";
import type { Profile, Stage } from "./profiles.ts";
import type { Scenario } from "./scenarios.ts";
import { storyModel } from "./story-model.ts";

export type Death = NonNullable<ProductChildSettings["dieAt"]>;

export interface Staged extends Stage {
  readonly world: OutsideWorld;
  readonly model: FakeOpenAi;
  start(life?: Partial<ProductChildSettings>): ProductProcess;
  /** Ends every process and takes the stage away. */
  close(): Promise<void>;
}

/** How late an act of the world may come to count. */
export const settleMs = 600;

export async function build(
  profile: Profile,
  scenario: Scenario,
  doubt: DoubtAnswer = "look",
): Promise<Staged> {
  const [stage, world, model] = await Promise.all([profile.stage(), startOutsideWorld(), startFakeOpenAi()]);
  model.answerBy(storyModel(scenario.stories));
  world.behave(({ what }) => ({
    ...(what === "never" ? { answer: "never" } : {}),
    ...(what.startsWith("slow") ? { answerMs: 600 } : {}),
  }));
  const { threads } = scenario;
  const settings: ProductChildSettings = {
    folder: stage.folder,
    env: { ...stage.env, ...scenario.env, OPENAI_API_KEY: fakeKey, OPENAI_BASE_URL: model.baseUrl },
    role: "all",
    ...(scenario.config === undefined ? {} : { config: scenario.config }),
    outside: { url: world.url, settleMs },
    cast: { threads, doubt },
  };
  const lives: ProductProcess[] = [];
  return {
    ...stage,
    env: settings.env,
    world,
    model,
    start(life = {}) {
      const started = startProductProcess({ ...settings, ...life });
      lives.push(started);
      return started;
    },
    async close() {
      await Promise.all(lives.map((life) => life.kill()));
      await Promise.all([world.close(), model.close()]);
      await stage.close();
    },
  };
}

/**
 * Lives that die where they are told, and a last one until the scenario is over. Returns how often that came by each
 * failpoint. A life that is over before it has come to its point has not died: `mustDie` says whether that will do.
 */
export async function actOut(
  set: Staged,
  deaths: readonly Death[],
  mustDie = true,
): Promise<Readonly<Record<string, number>>> {
  for (const dieAt of deaths) {
    const life = set.start({ dieAt });
    const over = await life.until("over").then(
      () => true,
      (error: unknown) => {
        if (life.isAlive()) throw error;
        return false;
      },
    );
    if (over && mustDie) throw new Error(`The product never came by ${dieAt.name}, time ${dieAt.pass}.`);
    if (!over && (await life.ended) !== "SIGKILL") await life.until("over"); // tells why it ended
    await life.kill();
  }
  const last = set.start();
  const { passed = {} } = await last.until("over");
  await last.kill();
  return passed;
}
