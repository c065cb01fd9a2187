// Checks arguments, and what comes back, against a server's schema. The schema is a stranger's: it can't make us fetch, loop or hang.
//
//   AG1  Only references inside the schema; so deep and so many parts at most; patterns take linear time (RE2).
//   AG2  A schema that can't be used makes the tool unusable: arguments that nobody checked are never sent.

import { Ajv } from "ajv";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { RE2JS } from "re2js";
import { errorText } from "../../base/errors.ts";

type Schema = Readonly<Record<string, unknown>>;

export type ArgumentCheck =
  /** The problem with these arguments, for the model; undefined if they fit. */
  | { readonly kind: "usable"; readonly problemOf: (args: unknown) => string | undefined }
  | { readonly kind: "unusable"; readonly why: string };

const limits = { depth: 32, parts: 5_000, references: 200, argumentBytes: 64 * 1024 } as const;

/** `most`: how many bytes may be checked. */
export function argumentCheck(schema: Schema, most: number = limits.argumentBytes): ArgumentCheck {
  const excess = excessOf(schema);
  if (excess !== undefined) return { kind: "unusable", why: excess };
  const { $schema: dialect, ...rest } = schema;
  let validate: ValidateFunction;
  try {
    const Dialect = isOld(dialect) ? Ajv : Ajv2020;
    const ajv = new Dialect({
      strict: false,
      validateFormats: false,
      code: { regExp: linear },
      logger: false,
    });
    validate = ajv.compile(rest);
  } catch (error) {
    return { kind: "unusable", why: `its schema can't be used (${errorText(error).slice(0, 200)})` };
  }
  return { kind: "usable", problemOf: (args) => problemOf(args, validate, most) };
}

function problemOf(args: unknown, validate: ValidateFunction, most: number): string | undefined {
  const bytes = Buffer.byteLength(JSON.stringify(args) ?? "");
  if (bytes > most) return `they are ${bytes} bytes long, of which ${most} are taken`;
  if (validate(args)) return undefined;
  const [first] = validate.errors ?? [];
  const at = first?.instancePath ? `${first.instancePath.slice(1).replaceAll("/", ".")} ` : "";
  const extra =
    first?.keyword === "additionalProperties" ? ` (${String(first.params["additionalProperty"])})` : "";
  return `${at}${first?.message ?? "is not what the schema says"}${extra}`;
}

function isOld(dialect: unknown): boolean {
  return typeof dialect === "string" && /draft-0[4-7]/.test(dialect);
}

const linear = Object.assign(
  (pattern: string) => {
    const compiled = RE2JS.compile(pattern);
    return {
      test: (text: string) => compiled.matcher(text).find(),
      toString: () => pattern, // by which ajv tells one pattern from another
    };
  },
  { code: "re2" },
);

interface Part {
  readonly name: string;
  readonly value: unknown;
  readonly depth: number;
}

const referring = new Set(["$ref", "$dynamicRef", "$recursiveRef"]);

/** AG1: what is too much in it. */
function excessOf(schema: Schema): string | undefined {
  let parts = 0;
  let references = 0;
  const open: Part[] = [{ name: "", value: schema, depth: 0 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { name, value, depth } = next;
    if (referring.has(name) && typeof value === "string") {
      references += 1;
      if (!value.startsWith("#")) return "its schema refers to something outside itself";
    }
    if (typeof value !== "object" || value === null) continue;
    parts += 1;
    const isTooMuch = depth > limits.depth || parts > limits.parts || references > limits.references;
    if (isTooMuch) return tooMuch;
    for (const [inner, of] of Object.entries(value)) open.push({ name: inner, value: of, depth: depth + 1 });
  }
  return undefined;
}

const tooMuch = `its schema is more than ${limits.depth} levels deep, or has more than ${limits.parts} parts or ${limits.references} references`;
