// One entry of the outbox to its platform: what is said, edited, whispered or marked, and what a failure means for each.

import { errorText } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { ChatPlatform } from "../chat/contract.ts";
import { ChatError } from "../chat/errors.ts";
import type { NewAuditEvent } from "../domain/audit-event.ts";
import type { ConversationAddress } from "../domain/conversation.ts";
import type { OutboxEntry, OutboxOp, Outgoing, OutgoingFile } from "../domain/outbox.ts";
import type { RunId } from "../domain/ids.ts";
import { isTerminal } from "../domain/run.ts";
import type { World } from "../runtime/deps.ts";
import type { Store } from "../store/contract.ts";
import { scrubAll } from "../telemetry/scrub-all.ts";
import type { Blobs } from "../workspace/contract.ts";
import { createEditPace, type EditPace, type Pacing } from "./edit-pace.ts";
import { withFollowable } from "./followable.ts";
import { createKnownFates, type KnownFates } from "./known-fates.ts";
import { textForm, withDetails, withLinks } from "./message-forms.ts";
import { createWithAudience, type WithAudience } from "./with-audience.ts";
import { withQuote } from "./with-quote.ts";
import { failed, type Outcome } from "./outcome.ts";
import { createPoster, isFormRefused, type Poster, within } from "./post-message.ts";

export interface SendDeps {
  readonly world: World;
  readonly store: Store;
  readonly blobs: Blobs;
  readonly timeoutMs: number;
  /** The address behind a `connect.open` of a session. */
  readonly linkOf?: ((consent: string, platform: string) => string) | undefined;
  /** Where people of a platform find the page of a run; undefined where they could not say there who they are. */
  readonly pageOf?: ((run: RunId, platform: string) => string | undefined) | undefined;
  readonly pacing: Pacing;
}

export interface SendTask {
  readonly platform: ChatPlatform;
  readonly at: ConversationAddress;
  readonly entry: OutboxEntry;
  /** Its lines carry the entry's ids. */
  readonly log: Logger;
}

export interface EntrySender {
  send(task: SendTask): Promise<Outcome>;
  /** The entry was taken and not tried. */
  heldBack(entry: OutboxEntry): void;
}

type Op<Name extends OutboxOp["op"]> = Extract<OutboxOp, { op: Name }>;

const impossible: Outcome = { kind: "dropped", why: "not possible on this platform" };

/** A mark that fails this often is let go: it is a decoration. */
const mostMarkTries = 10;
/** An edit whose target has not been posted is looked at again after this long, and dropped after a day. */
const targetWaitMs = 5_000;
const mostTargetWaitMs = 24 * 3_600_000;
const mostOnRecord = 10_000;

/** `live`: it held a secret that is known by its value, not only what looks like one. */
function blockedEvent({ tenant, run, key, op }: OutboxEntry, live: boolean, time: number): NewAuditEvent {
  return {
    tenant,
    type: "output.blocked",
    time,
    actor: "system",
    ...(run === undefined ? {} : { run }),
    data: { message: key, op: op.op, why: "secret", live },
  };
}

export function createEntrySender(deps: SendDeps): EntrySender {
  return new PlatformSender(deps);
}

class PlatformSender implements EntrySender {
  readonly #deps: SendDeps;
  readonly #pace: EditPace;
  readonly #poster: Poster;
  readonly #fates: KnownFates = createKnownFates();
  readonly #onRecord = new Set<string>();
  readonly #withAudience: WithAudience;

  constructor(deps: SendDeps) {
    this.#deps = deps;
    this.#pace = createEditPace(deps.pacing);
    this.#withAudience = createWithAudience(deps.world.clock);
    this.#poster = createPoster({
      ...deps,
      fates: this.#fates,
      keptBack: (entry, file) => this.#keptBack(entry, file),
    });
  }

  async send(given: SendTask): Promise<Outcome> {
    const task = await this.#withoutSecrets(given);
    const { op } = task.entry;
    switch (op.op) {
      case "post":
        return this.#poster.post({ ...task, message: await this.#linked(task, op.message) });
      case "edit":
        return this.#edit(task, op);
      case "whisper":
        return this.#whisper(task, op);
      case "react":
        return this.#react(task, op);
      case "status":
        return this.#status(task, op);
      default:
        return op satisfies never;
    }
  }

  /** OUT-5: what is said holds no secret, whoever decided to say it. */
  async #withoutSecrets(task: SendTask): Promise<SendTask> {
    const { world, store } = this.#deps;
    const { entry } = task;
    if (!world.redactor || !("message" in entry.op)) return task;
    const { op } = entry;
    const message = scrubAll(op.message, world.redactor.scrub);
    if (message === op.message) return task;
    task.log.error("A secret was taken out of a message before it was sent", { key: entry.key });
    const live = scrubAll(op.message, world.redactor.scrubKnown) !== op.message;
    await store.write((tx) => tx.audit.append(blockedEvent(entry, live, world.clock.now())));
    return { ...task, entry: { ...entry, op: { ...op, message } } };
  }

  /** Once for each file of a message, however often that is tried. */
  async #keptBack(entry: OutboxEntry, { sha256 }: OutgoingFile): Promise<void> {
    const { world, store } = this.#deps;
    const what = `${entry.key}:${sha256}`;
    if (this.#onRecord.has(what)) return;
    const event = blockedEvent(entry, true, world.clock.now());
    await store.write((tx) =>
      tx.audit.append({ ...event, data: { ...event.data, op: "file", file: sha256 } }),
    );
    if (this.#onRecord.size >= mostOnRecord) this.#onRecord.clear();
    this.#onRecord.add(what);
  }

  heldBack(entry: OutboxEntry): void {
    this.#fates.heldBack(entry);
  }

  async #edit(task: SendTask, op: Op<"edit">): Promise<Outcome> {
    const { entry, platform, log } = task;
    const { clock } = this.#deps.world;
    const now = clock.now();
    const found = await this.#targetOf(entry, op);
    if (found.kind === "superseded") return { kind: "dropped", why: "superseded" };
    const { target } = found;
    if (target === undefined || target.state === "due" || target.state === "sending") {
      if (now - entry.createdAt > mostTargetWaitMs) return { kind: "dropped", why: "nothing to edit" };
      return { kind: "again", at: now + targetWaitMs, fate: "refused" };
    }
    const { providerId } = target;
    if (providerId === undefined) return { kind: "dropped", why: "nothing to edit" };
    const posted = target.op.op === "post" ? target.op.message : undefined;
    const shown = { key: target.key, postedAt: target.createdAt, posted };
    const earliest = this.#pace.earliest(shown, op.message, platform.capabilities.editIntervalMs);
    if (earliest > now) return { kind: "again", at: earliest, fate: "refused" };
    try {
      await this.#inSomeForm(task, op.message, (form) => platform.edit(task.at, providerId, form));
      this.#pace.edited(op.target, op.message, clock.now());
      return { kind: "sent", providerId };
    } catch (error) {
      if (isFinal(error)) {
        log.warn("A message could not be edited", { key: entry.key, error: errorText(error) });
        return { kind: "dropped", why: "refused" };
      }
      return failed(error, entry.attempts, clock);
    }
  }

  /** The message to edit; or that a newer edit says all that this one would. */
  #targetOf(
    entry: OutboxEntry,
    op: Op<"edit">,
  ): Promise<
    { readonly kind: "superseded" } | { readonly kind: "edit"; readonly target: OutboxEntry | undefined }
  > {
    return this.#deps.store.read(async (tx) => {
      const newest = await tx.outbox.latestEdit(entry.conversation, op.target);
      if (newest && newest.key !== entry.key) return { kind: "superseded" };
      return { kind: "edit", target: await tx.outbox.find(op.target) };
    });
  }

  /** May be lost, so it is never repeated when its fate is unknown. */
  async #whisper(task: SendTask, op: Op<"whisper">): Promise<Outcome> {
    const { platform, entry, log } = task;
    if (this.#fates.mayHaveHappened(entry)) {
      log.warn("A private note was cut off and is not repeated", { key: entry.key });
      return { kind: "sent" };
    }
    this.#fates.trying(entry.key);
    try {
      await this.#inSomeForm(task, op.message, (form) => platform.whisper(task.at, op.to, form));
      return { kind: "sent" };
    } catch (error) {
      log.warn("A private note may not have been shown", {
        key: entry.key,
        platform: platform.name,
        error: errorText(error),
      });
      const outcome = failed(error, entry.attempts, this.#deps.world.clock);
      if (outcome.kind !== "again") return outcome;
      if (outcome.fate === "unknown") return { kind: "sent" };
      this.#fates.refused(entry.key);
      return outcome.stuck === undefined ? outcome : { kind: "dropped", why: outcome.stuck };
    }
  }

  async #react(task: SendTask, op: Op<"react">): Promise<Outcome> {
    const { entry, platform, at } = task;
    if (!platform.capabilities.reactions) return impossible;
    const lasting = entry.attempts < mostMarkTries;
    return this.#mark(entry, lasting, () => platform.react(at, op.messageId, op.emoji));
  }

  /** What ends a `processing` is tried for a day, not ten times: left behind, it would stand for ever (ux d.15). */
  async #status(task: SendTask, op: Op<"status">): Promise<Outcome> {
    const { entry, platform, at } = task;
    if (!platform.capabilities.sessionStatus) return impossible;
    const ends = op.status !== "processing";
    if (op.status !== "active" && (await this.#hasEnded(entry))) {
      return { kind: "dropped", why: "its run has ended" };
    }
    const lasting = ends
      ? this.#deps.world.clock.now() - entry.createdAt < mostTargetWaitMs
      : entry.attempts < mostMarkTries;
    const { title, by } = op;
    return this.#mark(entry, lasting, () => platform.setStatus(at, op.status, { title, by }));
  }

  async #hasEnded({ run: id }: OutboxEntry): Promise<boolean> {
    const run = id && (await this.#deps.store.read((tx) => tx.runs.find(id)));
    return run !== undefined && isTerminal(run.state);
  }

  /** `lasting`: a try that fails is not the last one. */
  async #mark(entry: OutboxEntry, lasting: boolean, act: () => Promise<void>): Promise<Outcome> {
    try {
      await within(this.#deps, act());
      return { kind: "sent" };
    } catch (error) {
      if (isFinal(error) || isFormRefused(error) || !lasting) {
        return { kind: "dropped", why: errorText(error) };
      }
      return failed(error, entry.attempts, this.#deps.world.clock);
    }
  }

  /** With what is known only now: what it belongs to, who reads there, which addresses may be followed, and where links to connect an account (CS3) and to its run lead. */
  async #linked(task: SendTask, message: Outgoing): Promise<Outgoing> {
    const { store, linkOf, pageOf } = this.#deps;
    const { platform, at, entry } = task;
    const linked = linkOf ? withLinks(message, (consent) => linkOf(consent, platform.name)) : message;
    const led = withDetails(linked, entry.run && pageOf?.(entry.run, platform.name));
    const read = await this.#withAudience(platform, at, led);
    return withFollowable(store, entry.conversation, await withQuote(this.#deps, task, read));
  }

  async #inSomeForm(
    task: SendTask,
    decided: Outgoing,
    act: (form: Outgoing) => Promise<void>,
  ): Promise<void> {
    const message = await this.#linked(task, decided);
    try {
      await within(this.#deps, act(message));
    } catch (error) {
      const [plain] = textForm(message);
      if (!isFormRefused(error) || !plain) throw error;
      await within(this.#deps, act(plain));
    }
  }
}

/** Not now and not later: what is to be changed or marked is gone, or we may not. */
function isFinal(error: unknown): boolean {
  return error instanceof ChatError && error.fate === "refused" && error.retry.kind === "never";
}
