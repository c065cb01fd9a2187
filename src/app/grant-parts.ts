// Connections of this installation: the vault, the services, the asking for consent, and what keeps them in order.

import { every } from "../base/clock.ts";
import type { ChatPlatform } from "../chat/contract.ts";
import { localPlatformName } from "../chat/local/cast.ts";
import type { Config } from "../config/load-config.ts";
import { usesSlack } from "../config/slack-rules.ts";
import { usesTeams } from "../config/teams-rules.ts";
import type { Desk } from "../gateway/desk.ts";
import { askingFor, decideOn } from "../gateway/grant-waits.ts";
import { expireConsents, linkToken } from "../grants/ask-consent.ts";
import { connectionSpecs } from "../grants/connection-spec.ts";
import type { ConsentDeps } from "../grants/consent-deps.ts";
import type { Grants } from "../grants/contract.ts";
import type { GrantDeps } from "../grants/deps.ts";
import { createGrants } from "../grants/grants.ts";
import { documentPath } from "../grants/discovery/client-document.ts";
import { createResolver } from "../grants/discovery/resolve.ts";
import { oauthClientSeal } from "../grants/discovery/sealed-clients.ts";
import { createOAuthClient } from "../grants/oauth-client.ts";
import { createRevocations } from "../grants/revoke.ts";
import { createWhatwgFetch } from "../net/whatwg-fetch.ts";
import type { Parked } from "../runtime/deps.ts";
import { sealOf } from "../vault/master-keys.ts";
import { deriveKey } from "../vault/seal.ts";
import { createVault, type Vault } from "../vault/vault.ts";
import type { WebConnect } from "../web/connect-contract.ts";
import { requireKnownServices } from "./connection-check.ts";
import { type ConsoleAt, createConsoleAt } from "./console-at.ts";
import type { Edges } from "./edges.ts";
import { identitiesOf } from "./identities.ts";

/** What a service may say about itself, or about a token. */
const mostAnswerBytes = 256 * 1024;
const sweepMs = 1_000;
const grantKinds = ["consent", "outlived", "undestroyed"] as const;

export interface GrantParts {
  readonly grants: Grants;
  readonly consent: ConsentDeps;
  readonly parked: Parked;
  readonly web: WebConnect;
  /** Where a link to connect an account leads, on a platform. */
  readonly linkOf: (consent: string, platform: string) => string;
  readonly console: ConsoleAt;
  /** Says under which address this process is reached, where the settings don't. */
  reachedAt(url: string): void;
  /** Ends what is over; returns what stops it. */
  start(): () => void;
}

type VaultEdges = Pick<Edges, "world" | "store" | "masterKey" | "request">;

/** `base`: where the outside reaches us. */
function createGrantDeps(
  config: Config,
  { world, store, masterKey, request }: VaultEdges,
  base: () => string,
): GrantDeps {
  const { clock, ids, log, failpoint } = world;
  const fetch = createWhatwgFetch(request, {
    redirect: "same-origin",
    maxBytes: mostAnswerBytes,
    totalTimeoutMs: 10_000,
  });
  requireKnownServices(config.file);
  const specs = connectionSpecs(config.file.settings);
  const contextOf = contextIn(config);
  const resolver = createResolver({
    store,
    clock,
    log,
    fetch,
    specs,
    seal: oauthClientSeal({ current: masterKey, previous: config.core.previousMasterKey }, (secret) =>
      world.redactor?.add(secret),
    ),
    redirectUri: (at) => `${base()}/oauth/callback/${contextOf(at)}`,
    clientDocument: (at) =>
      base().startsWith("https://") ? `${base()}${documentPath(contextOf(at))}` : undefined,
  });
  return {
    store,
    vault: vaultOf(config, { masterKey, world }),
    clock,
    ids,
    log,
    failpoint,
    specs,
    oauth: createOAuthClient(fetch, () => clock.now()),
    resolver,
    fetch,
    refreshMarginMs: config.limits.refreshMarginMs,
    said: () => world.said?.(),
  };
}

export function vaultOf(config: Config, { masterKey, world }: Pick<Edges, "masterKey" | "world">): Vault {
  return createVault({ current: masterKey, previous: config.core.previousMasterKey }, world.clock, (secret) =>
    world.redactor?.add(secret),
  );
}

export function createGrantParts(
  config: Config,
  edges: Edges,
  desk: Desk,
  platforms: ReadonlyMap<string, ChatPlatform>,
): GrantParts {
  const { world, store, masterKey } = edges;
  let reached = `http://${config.core.host}:${config.core.port}`;
  const base = (): string => config.core.publicUrl ?? reached;
  const deps = createGrantDeps(config, edges, base);
  const consent: ConsentDeps = {
    ...deps,
    revocations: createRevocations(deps),
    decide: decideOn(desk),
    seal: sealOf({ current: masterKey, previous: config.core.previousMasterKey }, "consents"),
    linkKey: deriveKey(masterKey, "links"),
    base,
    ttlMs: config.limits.consentTtlMs,
    contextOf: contextIn(config),
    addressOf: async (person, tenant) =>
      platforms.get(person.split(":", 1)[0] ?? "")?.people?.address?.(person, tenant),
    // The security channel hears of it from the record (security-channel.ts).
    alarm: async (_tx, session) =>
      world.log.error("A link to connect an account was opened by somebody else", { consent: session.id }),
  };
  return {
    grants: createGrants(deps),
    consent,
    parked: askingFor(consent),
    web: { consent, identities: identitiesOf(config), localPlatform: localPlatformName },
    linkOf: (id, platform) =>
      `${base()}${platform === localPlatformName ? "/chat" : ""}/connect/${linkToken(consent, id)}`,
    console: createConsoleAt(config, base),
    reachedAt: (url) => void (reached = url),
    start: () =>
      every(
        world.clock,
        sweepMs,
        async () => {
          const due = await store.read((tx) => tx.due.among(grantKinds, world.clock.now()));
          if (due.has("consent")) await expireConsents(consent);
          if (due.has("outlived") || due.has("undestroyed")) await consent.revocations.sweep();
        },
        (error) =>
          world.log.warn("What is over could not be ended at services; it is tried again", { error }),
      ),
  };
}

/** The name of a connection, and before it its tenant where another one has the plain name (design 10). */
function contextIn(config: Config): ConsentDeps["contextOf"] {
  const slack = usesSlack(config);
  const teams = usesTeams(config);
  const slackAlone = config.slack.clientId === undefined && (config.slack.teamIds?.length ?? 1) === 1;
  const several = (slack && teams) || (slack && !slackAlone && config.slack.teamIds?.length !== 1);
  const isPlain = (tenant: string): boolean => {
    if (tenant === localPlatformName) return !slack && !teams;
    return !several;
  };
  return ({ tenant, connection }) => (isPlain(tenant) ? connection : `${tenant}.${connection}`);
}
