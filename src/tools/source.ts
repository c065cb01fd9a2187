// Which tools there are for a run, at this moment: the built-in ones, and those of servers that were approved.
//
//   TS1  What a source offers may be used as it is offered. What is held back has a sentence that says why, for the model.

import type { Run } from "../domain/run.ts";
import type { RunId } from "../domain/ids.ts";
import type { Tx } from "../store/contract.ts";
import type { Tool } from "./contract.ts";

export interface ToolSource {
  /** Asked at the beginning of each segment, and again before a model call when `version` has moved on. */
  forRun(run: Run): Promise<Offer>;
  /** Raised when this process learns that something else is offered. */
  version(): number;
  /** What edited arguments are checked by. Reads rows and nothing else. */
  find(tx: Tx, name: string): Promise<Tool | undefined>;
  /** The segment of `run` ended: what was opened for it is closed, unless the run goes on in this process. */
  leave(run: RunId, goesOn: boolean): Promise<void>;
}

export interface Offer {
  readonly tools: readonly Tool[];
  /** Tools that exist and may not be used, by name: why. */
  readonly held: ReadonlyMap<string, string>;
}

/** Tools that never change. */
export function fixedTools(tools: readonly Tool[]): ToolSource {
  const offer: Offer = { tools, held: new Map() };
  return {
    forRun: () => Promise.resolve(offer),
    version: () => 0,
    find: (_tx, name) => Promise.resolve(tools.find((tool) => tool.name === name)),
    leave: () => Promise.resolve(),
  };
}

/** Together; the tools of earlier ones come first. */
export function allTools(...sources: readonly ToolSource[]): ToolSource {
  return {
    async forRun(run) {
      const offers = await Promise.all(sources.map((source) => source.forRun(run)));
      return {
        tools: offers.flatMap(({ tools }) => tools),
        held: new Map(offers.flatMap(({ held }) => [...held])),
      };
    },
    version: () => sources.reduce((sum, source) => sum + source.version(), 0),
    async find(tx, name) {
      for (const source of sources) {
        const found = await source.find(tx, name);
        if (found) return found;
      }
      return undefined;
    },
    async leave(run, goesOn) {
      await Promise.all(sources.map((source) => source.leave(run, goesOn)));
    },
  };
}
