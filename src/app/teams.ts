// Teams, from the configuration: the platform, its doors, and where its references are kept. Loads what belongs to Teams, so
// it is imported only where Teams is used.

import type { ChatPlatform } from "../chat/contract.ts";
import { chatPlatforms } from "../chat/registry.ts";
import type { TeamsSettings } from "../chat/teams/deps.ts";
import { serviceHosts } from "../chat/teams/service-hosts.ts";
import type { Config } from "../config/load-config.ts";
import { welcomeInstaller } from "../gateway/greetings.ts";
import { withDetails } from "../gateway/message-forms.ts";
import type { GuardedRequest } from "../net/contract.ts";
import { createHttpFetch } from "../net/http-fetch.ts";
import { createWhatwgFetch } from "../net/whatwg-fetch.ts";
import { createConsoleAt } from "./console-at.ts";
import type { Edges } from "./edges.ts";
import { createTeamsReferences } from "./teams-references.ts";

export interface Teams {
  readonly platform: ChatPlatform;
}

export interface TeamsOptions {
  /** The employee whose app it is. */
  readonly agentName: string;
  /** `deputy dev --playground`: requests without a token are taken, on this machine. */
  readonly playground: boolean;
}

const mostFileBytes = 60 * 1024 * 1024;
const connectTimeoutMs = 10_000;
/** What stands for an app registration where only the Agents Playground is to get in. */
const nobody = "playground";

export async function openTeams(config: Config, edges: Edges, options: TeamsOptions): Promise<Teams> {
  const { world, store, workspaces, masterKey } = edges;
  const { clock, ids, log } = world;
  const settings = settingsOf(config, options.playground);
  const createTeamsPlatform = await chatPlatforms.teams();
  const consoleAt = createConsoleAt(config);
  const platform: ChatPlatform = createTeamsPlatform({
    settings,
    references: createTeamsReferences({ store, clock, tenant: settings.tenantId }),
    fetch: fetchFor(settings, edges.request),
    clock,
    ids,
    log,
    sealKey: masterKey,
    async shown(at, messageId) {
      const shown = await store.read((tx) => tx.outbox.shown(at, messageId));
      if (!shown) return undefined;
      const page = shown.run && consoleAt.runPage(shown.run, platform.name);
      return { ...shown, message: withDetails(shown.message, page) };
    },
    content: (sha256) => workspaces.blobs.get(sha256),
    async welcome(at) {
      const said = { agent: options.agentName, hears: "mentions" } as const;
      await store.write((tx) => welcomeInstaller({ tx, now: clock.now(), ids }, at, said));
      world.said?.();
    },
  });
  log.info("Teams is served", { tenant: settings.tenantId, app: settings.appId });
  return { platform };
}

function settingsOf({ teams, core }: Config, playground: boolean): TeamsSettings {
  const {
    appId = nobody,
    tenantId = nobody,
    appPassword,
    loginUrl,
    openIdMetadataUrl,
    serviceHosts: hosts,
  } = teams;
  return {
    appId,
    tenantId,
    appPassword,
    loginUrl: loginUrl.replace(/\/+$/, ""),
    openIdMetadataUrl,
    serviceHosts: hosts,
    publicUrl: core.publicUrl,
    stream: teams.stream === "on",
    playground,
  };
}

/** Hosts that the operator named are reached as they are; whatever else an activity names goes through the guard. */
function fetchFor(settings: TeamsSettings, request: GuardedRequest): typeof globalThis.fetch {
  const named = createHttpFetch({ connectTimeoutMs, maxResponseBytes: mostFileBytes });
  const guarded = createWhatwgFetch(request, { redirect: "refuse", maxBytes: mostFileBytes });
  const isService = serviceHosts(settings.serviceHosts, settings.playground);
  const login = new URL(settings.loginUrl).origin;
  return (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    const ours = isService(url) || new URL(url).origin === login;
    return ours ? named(input, init) : guarded(input, init);
  };
}
