// What every tool keeps to, whatever it does (tools/contract.ts T1 to T3).

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Tool, type ToolContext, ToolFailure } from "../../src/tools/contract.ts";

export interface ToolContractOptions {
  /** Arguments that the tool takes and, in the world of `open`, carries out. */
  readonly valid: Readonly<Record<string, unknown>>;
  /** A world for one test. */
  readonly open: () => Promise<ToolWorld>;
}

export interface ToolWorld {
  readonly context: ToolContext;
  close(): Promise<void>;
}

/** What a model, or who misleads it, may put into any text. */
const hostileTexts = [
  "",
  ".",
  "..",
  "/",
  "../../../../etc/passwd",
  "/etc/passwd",
  "a\0b",
  "a\nb",
  "\ud800",
  "x".repeat(10_000),
  "deep/".repeat(100),
  "(",
  "(a+)+$",
  "[",
  "**",
  "http://127.0.0.1/",
  "http://[",
  "file:///etc/passwd",
  ".deputy/notes.md",
  "__proto__",
];

const otherShapes: readonly unknown[] = [undefined, null, 7, "text", true, [], [{}]];

/** The suite for one tool. */
export function toolContract(tool: Tool, options: ToolContractOptions): void {
  describe(`tool contract: ${tool.name}`, () => {
    let world: ToolWorld;

    beforeEach(async () => {
      world = await options.open();
    });

    afterEach(() => world.close());

    it("is named in words, and described for a model", () => {
      expect(tool.name).toMatch(/^[a-z]+(_[a-z]+)*$/);
      expect(tool.description.length).toBeGreaterThan(40);
      expect(tool.description).toMatch(/\.$/);
    });

    it("describes every field of its arguments", () => {
      expect(undescribed(tool.parameters, "")).toEqual([]);
    });

    it("takes its arguments, and their canonical form for the same", () => {
      const first = tool.parse(options.valid);
      const canonical = first.kind === "valid" ? first.canonical : first.problem;

      expect(tool.parse(JSON.parse(canonical))).toMatchObject({ kind: "valid", canonical });
    });

    it("refuses arguments of another shape with a sentence", () => {
      const fields = Object.keys(options.valid);
      const wrong = fields.map((field) => ({ ...options.valid, [field]: { not: "this" } }));
      const parsed = [...otherShapes, ...wrong].map((args) => tool.parse(args));

      expect(parsed.filter((result) => result.kind === "valid")).toEqual([]);
      expect(parsed.filter((result) => result.kind === "invalid" && result.problem.trim() === "")).toEqual(
        [],
      );
    });

    it("T3: answers with words, or ends or asks", async () => {
      const outcome = await outcomeOf(tool, options.valid, world.context);

      expect(["result", "ask", "finish"]).toContain(outcome);
    });

    it("T3: throws nothing but failures with a sentence, whatever is in its texts", async () => {
      const tried: string[] = [];
      for (const text of hostileTexts) {
        for (const args of variantsOf(options.valid, text))
          tried.push(await outcomeOf(tool, args, world.context));
      }

      expect(tried.filter((outcome) => outcome.startsWith("bug"))).toEqual([]);
    });
  });
}

/** The kind of the outcome, `invalid`, `failure`, or `bug: …`. */
async function outcomeOf(tool: Tool, args: unknown, context: ToolContext): Promise<string> {
  const parsed = tool.parse(args);
  if (parsed.kind === "invalid") return "invalid";
  try {
    await parsed.call.happened(context);
    const outcome = await parsed.call.run(context);
    if (outcome.kind === "result" && outcome.content.trim() === "") return "bug: an empty result";
    return outcome.kind;
  } catch (error) {
    if (error instanceof ToolFailure && error.message.length > 10) return "failure";
    return `bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  }
}

/** `valid` with each of its texts in turn replaced, inside lists too. */
function variantsOf(valid: unknown, text: string): unknown[] {
  if (typeof valid === "string") return [text];
  if (Array.isArray(valid)) {
    const items: readonly unknown[] = valid;
    return items.flatMap((item, i) => variantsOf(item, text).map((variant) => items.with(i, variant)));
  }
  if (typeof valid !== "object" || valid === null) return [];
  return Object.entries(valid).flatMap(([key, value]) =>
    variantsOf(value, text).map((variant) => ({ ...valid, [key]: variant })),
  );
}

/** Paths of the fields that have no description. */
function undescribed(schema: unknown, path: string): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  const properties = "properties" in schema && isRecord(schema.properties) ? schema.properties : {};
  const own = Object.entries(properties).flatMap(([name, field]) => {
    const described =
      isRecord(field) && typeof field["description"] === "string" && field["description"] !== "";
    return [...(described ? [] : [`${path}${name}`]), ...undescribed(field, `${path}${name}.`)];
  });
  return [...own, ...("items" in schema ? undescribed(schema.items, path) : [])];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
