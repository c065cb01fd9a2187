// The console behind its pages: what the gateway tells of a person's work, and where their chat shows it.

import { errorText } from "../base/errors.ts";
import type { ChatPlatform } from "../chat/contract.ts";
import type { ConversationAddress } from "../domain/conversation.ts";
import { consoleIndex } from "../gateway/console-index.ts";
import { findWaiting, placeOfWaiting } from "../gateway/console-waiting.ts";
import { mayStop } from "../gateway/rules.ts";
import { runDetails } from "../gateway/run-details.ts";
import { fileFor, recordGiven } from "../gateway/run-files.ts";
import { seenBy } from "../gateway/run-sight.ts";
import { stopRun } from "../gateway/stop-run.ts";
import type { World } from "../runtime/deps.ts";
import type { WebConsole } from "../web/console-contract.ts";
import type { Blobs } from "../workspace/contract.ts";
import type { GatewayParts } from "./gateway-parts.ts";

export interface WebConsoleDeps {
  readonly world: Pick<World, "clock" | "log">;
  readonly gateway: Pick<GatewayParts, "desk" | "rulesFor" | "approvals">;
  /** Names of all employees. */
  readonly agents: readonly string[];
  readonly platforms: readonly ChatPlatform[];
  readonly blobs: Pick<Blobs, "get">;
}

export function createWebConsole({ world, gateway, agents, platforms, blobs }: WebConsoleDeps): WebConsole {
  const { desk, rulesFor, approvals } = gateway;
  const { clock, log } = world;
  const deps = () => ({ rulesFor, deciders: approvals, agents, now: clock.now() });
  const linkTo = async (at: ConversationAddress, message?: string): Promise<string | undefined> => {
    try {
      return await platforms.find(({ name }) => name === at.platform)?.linkTo?.(at, message);
    } catch (error) {
      log.warn("A link into the chat could not be had", { platform: at.platform, error: errorText(error) });
      return undefined;
    }
  };
  return {
    index: (reader, query) => desk.read((tx) => consoleIndex(tx, deps(), reader, query)),
    run: (reader, run) => desk.read((tx) => runDetails(tx, rulesFor, reader, run)),
    async file(reader, run, sha256) {
      const asked = { reader, run, sha256 };
      const found = await desk.read((tx) => fileFor(tx, rulesFor, asked));
      if (!found) return undefined;
      const content = await blobs.get(sha256).catch((error: unknown) => {
        log.warn("A file of a run could not be read for the console", { run, error: errorText(error) });
      });
      if (!content) return undefined;
      const given = await desk.decide((d) => recordGiven(d.tx, rulesFor, asked, d.now));
      return given ? { name: found.file.name, content } : undefined;
    },
    async threadOf(reader, run) {
      const seen = await desk.read((tx) => seenBy(tx, rulesFor, reader, run));
      return seen && { url: await linkTo(seen.address) };
    },
    async waiting(reader) {
      const found = await desk.read(async (tx) => {
        const person = await tx.people.find(reader);
        return person ? findWaiting(tx, deps(), person) : [];
      });
      const links = found.map(async ({ line: { id, kind, title }, place }) => {
        const url = await linkTo(place.address, place.message);
        return url === undefined ? [] : [{ id, kind, title, url }];
      });
      return (await Promise.all(links)).flat();
    },
    async messageOf(reader, wait) {
      const place = await desk.read((tx) => placeOfWaiting(tx, deps(), reader, wait));
      return place && { url: await linkTo(place.address, place.message) };
    },
    stop: (reader, id) =>
      desk.decide(async (d) => {
        const seen = await seenBy(d.tx, rulesFor, reader, id);
        if (!seen) return false;
        const { run, address } = seen;
        if (!mayStop(run, reader, rulesFor(address, run.agent))) return false;
        await stopRun(d, run, seen.reader);
        return true;
      }),
  };
}
