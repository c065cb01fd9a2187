// A call to be judged from the command line, as people write it: what it leaves out is filled in, and marks may be written in
// several ways. What can't be understood is refused, never guessed.

import { z } from "zod";
import { AppError } from "../base/errors.ts";
import { withoutUndefined } from "../base/without-undefined.ts";
import type { Config } from "../config/load-config.ts";

import { asPersonKey, asTenantId } from "../domain/ids.ts";
import { PersonKeySchema } from "../domain/person.ts";
import type { PolicyRequest } from "../domain/policy.ts";
import { type EffectClass, effectClasses } from "../domain/step.ts";
import type { TaintMarks } from "../domain/taint.ts";
import { builtinTools } from "../tools/registry.ts";

const nobody = asPersonKey("local:local:somebody");
const somewhere = "a run's reading";

const Words = z.string().transform((one) => [one]);
const Flag = z.union([z.boolean(), z.array(z.string()), Words, z.null()]);
const Taint = z.union([
  z.boolean(),
  z.array(z.string()),
  Words,
  z.null(),
  z.strictObject({
    external: Flag.optional(),
    private: Flag.optional(),
    saw_external: Flag.optional(),
    saw_private: Flag.optional(),
  }),
]);
type Taint = z.infer<typeof Taint>;

const Key = z.string().min(1).transform(asPersonKey);
const Principal = z.union([
  Key.transform((key) => ({ key, kind: undefined })),
  z.object({ key: Key, kind: z.enum(["member", "guest", "external", "bot"]).optional() }),
]);

const Call = z.object({
  principal: Principal.optional(),
  mode: z.enum(["employee", "assistant"]).default("employee"),
  channel: z.string().nullish(),
  tool: z.string().min(1),
  effect: z.enum(effectClasses).optional(),
  arguments: z.record(z.string(), z.unknown()).default({}),
  taint: Taint.default(false),
  agent: z.string().optional(),
  connection: z.string().optional(),
  identity: z.union([z.literal("agent"), Key]).optional(),
  pin: z.string().optional(),
  time: z.iso.datetime({ offset: true }).optional(),
});

/** Throws an `AppError` that says what of it can't be understood. */
export function readCall(text: string, config: Config, now: number): PolicyRequest {
  const parsed = Call.safeParse(parseText(text));
  if (!parsed.success) {
    throw new AppError("cli.unreadable", `The call can't be judged:\n${z.prettifyError(parsed.error)}`);
  }
  return judgedAs(parsed.data, config, now);
}

function judgedAs(call: z.infer<typeof Call>, config: Config, now: number): PolicyRequest {
  const { known, effect } = kindOf(call.tool, call.effect, config);
  return {
    tenant: asTenantId("local"),
    agent: call.agent ?? config.file.settings.agents[0]?.name ?? "",
    mode: call.mode,
    channel: call.channel ?? "",
    person: call.principal?.key ?? nobody,
    personKind: call.principal?.kind ?? "member",
    tool: call.tool,
    effect,
    arguments: call.arguments,
    taint: marksOf(call.taint),
    now: call.time === undefined ? now : Date.parse(call.time),
    ...withoutUndefined({ known, connection: call.connection, identity: call.identity, pin: call.pin }),
  };
}

function parseText(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch (error) {
    throw new AppError("cli.unreadable", "The call can't be judged: it is not JSON.", { cause: error });
  }
}

/** An effect that is given is taken as the catalogue's word; without it the file has to know the tool. */
function kindOf(
  tool: string,
  given: EffectClass | undefined,
  config: Config,
): { readonly known?: "builtin" | "server"; readonly effect: EffectClass } {
  const builtin = builtinTools.find(({ name }) => name === tool);
  if (builtin) return { known: "builtin", effect: given ?? builtin.effect };
  const [server = "", ...rest] = tool.split("__");
  const { mcp } = config.file.settings;
  const catalogued = Object.hasOwn(mcp, server) ? mcp[server]?.tools[rest.join("__")] : undefined;
  const effect = given ?? catalogued?.effect;
  return effect === undefined ? { effect: "write-external" } : { known: "server", effect };
}

function marksOf(taint: Taint): TaintMarks {
  if (taint === null || taint === false) return { external: [], private: [] };
  if (taint === true) return { external: [somewhere], private: [] };
  if (Array.isArray(taint)) {
    return {
      external: taint.filter((mark) => !isPrivate(mark)).map((mark) => mark.replace(/^external:/, "")),
      private: taint.filter(isPrivate).map(ownerOf),
    };
  }
  return {
    external: [...listed(taint.external), ...listed(taint.saw_external)],
    private: [...listed(taint.private), ...listed(taint.saw_private)].map(ownerOf),
  };
}

const isPrivate = (mark: string): boolean => /^(saw_)?private(:|$)/.test(mark);

function ownerOf(mark: string): ReturnType<typeof asPersonKey> {
  const owner = PersonKeySchema.safeParse(mark.replace(/^(saw_)?private:?/, ""));
  return owner.success ? owner.data : nobody;
}

function listed(flag: z.infer<typeof Flag> | undefined): readonly string[] {
  if (flag === undefined || flag === null || flag === false) return [];
  return flag === true ? [somewhere] : flag;
}
