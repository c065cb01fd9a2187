// When home pages are published: at once when somebody opens theirs, and again, a moment later, when their work changes.
//
// Owns: who looked at their page in the last day, in memory: whoever is forgotten opens the page again. Does not own: what
// is on a page.
//
//   HO1  Only who has opened their page gets it, and only on the platform where they did.
//   HO2  However much is said, each page is looked at once in five seconds at most, and published only if it changed.

import type { CancelTimer } from "../base/clock.ts";
import { errorText } from "../base/errors.ts";
import type { ChatPlatform } from "../chat/contract.ts";
import type { PersonKey } from "../domain/ids.ts";
import type { Person } from "../domain/person.ts";
import type { World } from "../runtime/deps.ts";
import type { Store } from "../store/contract.ts";
import { type Deciders, mostPending } from "./home-approvals.ts";
import { homeMark, homeOf } from "./home-page.ts";

export interface HomeDeps {
  readonly world: Pick<World, "clock" | "log">;
  readonly store: Pick<Store, "read">;
  /** The employee whose page it is. */
  readonly agent: string;
  /** Who may decide what waits for approval. */
  readonly deciders: Deciders;
  /** Where people of a platform find the console, if they do. */
  readonly consoleAt?: (platform: string) => string | undefined;
}

export interface Home {
  opened(platform: ChatPlatform, person: Person): void;
  /** Something was said somewhere: whose work it changed is looked up in a moment. */
  stale(): void;
  /** Resolves when nothing is being published. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

const debounceMs = 5_000;
const rememberedMs = 24 * 3_600_000;
const mostViewers = 10_000;

export function createHome(deps: HomeDeps): Home {
  return new HomePages(deps);
}

interface Viewer {
  platform: ChatPlatform;
  person: Person;
  openedAt: number;
  /** `homeMark` of what was published last. */
  shown?: string;
  state: "idle" | "publishing" | "again";
}

class HomePages implements Home {
  readonly #deps: HomeDeps;
  /** By when they last opened it, the oldest first. */
  readonly #viewers = new Map<PersonKey, Viewer>();
  readonly #underWay = new Set<Promise<void>>();
  #timer: CancelTimer | undefined;
  #stopped = false;

  constructor(deps: HomeDeps) {
    this.#deps = deps;
  }

  opened(platform: ChatPlatform, person: Person): void {
    if (this.#stopped || !platform.publishHome) return;
    const openedAt = this.#deps.world.clock.now();
    const viewer: Viewer = this.#viewers.get(person.key) ?? { platform, person, openedAt, state: "idle" };
    Object.assign(viewer, { platform, person, openedAt });
    this.#viewers.delete(person.key);
    this.#viewers.set(person.key, viewer);
    const [oldest] = this.#viewers.keys();
    if (this.#viewers.size > mostViewers && oldest !== undefined) this.#viewers.delete(oldest);
    this.#track(this.#publish(viewer));
  }

  stale(): void {
    if (this.#stopped || this.#timer || this.#viewers.size === 0) return;
    this.#timer = this.#deps.world.clock.after(debounceMs, () => {
      this.#timer = undefined;
      this.#track(this.#look());
    });
  }

  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.();
    await this.idle();
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#underWay.delete(tracked));
    this.#underWay.add(tracked);
  }

  /** Never rejects. */
  async #look(): Promise<void> {
    const { clock, log } = this.#deps.world;
    for (const [key, viewer] of this.#viewers) {
      if (viewer.openedAt < clock.now() - rememberedMs) this.#viewers.delete(key);
    }
    try {
      const changed = await this.#deps.store.read(async (tx) => {
        const found: Viewer[] = [];
        const { deciders } = this.#deps;
        const pending = await tx.approvals.pending(mostPending);
        for (const viewer of this.#viewers.values()) {
          const reading = { tx, person: viewer.person, now: clock.now(), deciders, pending };
          if (viewer.shown !== (await homeMark(reading))) found.push(viewer);
        }
        return found;
      });
      await Promise.all(changed.map((viewer) => this.#publish(viewer)));
    } catch (error) {
      log.warn("Home pages could not be looked at; the next change tries again", { error: errorText(error) });
    }
  }

  /** Never rejects: a page may be lost. One at a time per person, the last one last. */
  async #publish(viewer: Viewer): Promise<void> {
    if (viewer.state !== "idle") {
      viewer.state = "again";
      return;
    }
    do {
      viewer.state = "publishing";
      await this.#publishOnce(viewer);
    } while (isAgain(viewer) && !this.#stopped);
    viewer.state = "idle";
  }

  async #publishOnce(viewer: Viewer): Promise<void> {
    const { platform, person } = viewer;
    const { clock, log } = this.#deps.world;
    try {
      const { agent, store, deciders } = this.#deps;
      const now = clock.now();
      const { mark, page } = await store.read(async (tx) => {
        const pending = await tx.approvals.pending(mostPending);
        return homeOf({ tx, person, agent, now, deciders, pending });
      });
      const console = this.#deps.consoleAt?.(platform.name);
      await platform.publishHome?.(person.key, { ...page, console });
      viewer.shown = mark;
    } catch (error) {
      log.warn("A home page could not be published", { platform: platform.name, error: errorText(error) });
    }
  }
}

function isAgain(viewer: Viewer): boolean {
  return viewer.state === "again";
}
