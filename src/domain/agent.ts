// The employee: name, role, instructions, managers, tool ceiling, budget.

import type { Budget } from "./budget.ts";
import type { PersonKey } from "./ids.ts";

export interface Agent {
  readonly name: string;
  readonly role: string;
  /** Text for the model, from the operator. */
  readonly instructions: string;
  readonly managers: readonly PersonKey[];
  /** Names or globs; a tool outside is not offered and not run. */
  readonly tools: readonly string[];
  readonly model: string;
  readonly budget: Budget;
}

/** How an agent introduces itself, and is introduced: names begin with a capital. */
export function spokenName(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
