// The tools that a run is offered, and what they take of its window.

import type { RuntimeDeps } from "./deps.ts";
import { toolsOf } from "./scheduled.ts";
import { offeredTools, toolSpecs } from "./stages/validate.ts";
import type { Work } from "./work.ts";

/** More than that model services refuse. */
const mostTools = 128;
const tooManyWords = `This tool is one too many: a model takes ${mostTools}. An operator can narrow what the agent has (\`tools\` in deputy.config.yml).`;

type Offered = Pick<Work, "tools" | "held" | "toolsVersion" | "baseTokens">;

export async function offerTo(
  { run, agent, instructions }: Pick<Work, "run" | "agent" | "instructions">,
  deps: Pick<RuntimeDeps, "tools" | "model">,
): Promise<Offered> {
  const toolsVersion = deps.tools.version();
  const { tools: all, held } = await deps.tools.forRun(run);
  const fitting = toolsOf(run, offeredTools(all, agent.tools));
  const tools = fitting.slice(0, mostTools);
  const rest = fitting.slice(mostTools).map(({ name }) => [name, tooManyWords] as const);
  const text = instructions + JSON.stringify(toolSpecs(tools));
  return { tools, held: new Map([...held, ...rest]), toolsVersion, baseTokens: deps.model.countTokens(text) };
}

/** Before a model call: what has come or gone since. */
export async function offerAnew(work: Work, deps: RuntimeDeps): Promise<void> {
  if (work.toolsVersion === deps.tools.version()) return;
  Object.assign(work, await offerTo(work, deps));
}
