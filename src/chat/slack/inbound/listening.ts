// What listeners share: reading a payload by its shape, committing what it means, and the hooks that may fail.
//
//   LI1  Whatever makes an event is committed before its listener ends. A hook that fails is logged, and the delivery is
//        acknowledged all the same.

import type { z } from "zod";
import { within } from "../../../base/abort.ts";
import { errorText } from "../../../base/errors.ts";
import type { InboundEvent } from "../../../domain/inbound.ts";
import type { SlackDeps } from "../deps.ts";
import type { Admit } from "./admission.ts";
import type { Contexts } from "./app-context.ts";
import type { SlackEdges } from "./edges.ts";
import type { SlackHome } from "./home.ts";
import type { CountRejection } from "./rejections.ts";

export interface ListeningDeps {
  readonly deps: Pick<SlackDeps, "clock" | "log" | "installations">;
  readonly edges: SlackEdges;
  readonly contexts: Contexts;
  readonly admit: Admit;
  readonly reject: CountRejection;
}

/** The payload in its shape; undefined, and counted, where it has another. */
export function readAs<T>(d: ListeningDeps, schema: z.ZodType<T>, payload: unknown): T | undefined {
  const parsed = schema.safeParse(payload);
  if (!parsed.success) {
    d.reject("unknown-shape", { path: parsed.error.issues[0]?.path.join(".") });
  }
  return parsed.data;
}

export async function commit({ edges }: ListeningDeps, event: InboundEvent | undefined): Promise<void> {
  if (event !== undefined) await edges.receive(event);
}

/** For what may be lost. */
export async function attempt(
  { deps }: ListeningDeps,
  what: string,
  act: () => Promise<void> | void,
): Promise<void> {
  try {
    await act();
  } catch (error) {
    deps.log.warn(what, { reason: errorText(error) });
  }
}

/** Slack wants its acknowledgement within 3 s. */
const ackMs = 2_500;

/** Waits for what may be lost, but not so long that the acknowledgement comes too late. `acting` never rejects. */
export async function inTime({ deps }: ListeningDeps, acting: Promise<void>): Promise<void> {
  await within(deps.clock, ackMs, acting);
}

/** Tells one person something where they are, if that can be done. */
export async function tell(
  d: ListeningDeps,
  home: SlackHome,
  note: {
    readonly at: Parameters<SlackEdges["hooks"]["tell"]>[0];
    readonly user: string;
    readonly text: string;
  },
): Promise<void> {
  await attempt(d, "A person could not be told something", async () => {
    const { key } = await d.edges.people.named(home, note.user);
    await d.edges.hooks.tell(note.at, key, note.text);
  });
}
