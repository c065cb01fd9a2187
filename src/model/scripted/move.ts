// What the scripted model does next: a sentence and the tools it calls.

export interface PlannedTool {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
}

export interface Move {
  readonly say: string;
  readonly calls: readonly PlannedTool[];
}

/** Stands under every result: nobody shall take it for more than it is. */
const scriptedNote =
  "_Done by Deputy's built-in scripted model, which follows a few fixed recipes. Set OPENAI_API_KEY or OPENAI_BASE_URL for a real one._";

export function move(say: string, ...calls: readonly (readonly [name: string, args: object])[]): Move {
  return { say, calls: calls.map(([name, args]) => ({ name, args: { ...args } })) };
}

export function finish(summary: string, files: readonly string[] = []): Move {
  const whole = `${summary}\n\n${scriptedNote}`;
  return move("", ["finish", { summary: whole, ...(files.length > 0 ? { files } : {}) }]);
}
