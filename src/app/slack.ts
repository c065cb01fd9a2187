// Slack, from the configuration: where the app is installed, the platform, and its doors. Loads Slack's SDK, so it is
// imported only where Slack is used.

import { errorText } from "../base/errors.ts";
import { Secret } from "../base/secret.ts";
import type { ChatPlatform, Door } from "../chat/contract.ts";
import { chatPlatforms } from "../chat/registry.ts";
import type { SlackDeps } from "../chat/slack/deps.ts";
import { privateLine } from "../chat/slack/inbound/home.ts";
import { createInstallDoors } from "../chat/slack/install/install-doors.ts";
import type { InstallationState, KnownInstallations } from "../chat/slack/install/known-installations.ts";
import { createSingleInstallation } from "../chat/slack/install/single-installation.ts";
import { createStoredInstallations, joinInstallations } from "../chat/slack/install/stored-installations.ts";
import type { Config } from "../config/load-config.ts";
import { welcomeInstaller } from "../gateway/greetings.ts";
import type { World } from "../runtime/deps.ts";
import type { Store } from "../store/contract.ts";
import { sealOf } from "../vault/master-keys.ts";
import { deriveKey } from "../vault/seal.ts";
import { createSlackRows, sealPurpose } from "./slack-rows.ts";

export interface Slack {
  readonly platform: ChatPlatform;
  /** Those of the platform, and those for installing the app. */
  readonly doors: readonly Door[];
  /** Which workspaces are served, for readiness. */
  states(): Promise<readonly InstallationState[]>;
}

export interface SlackEdges {
  readonly world: World;
  readonly store: Store;
  readonly masterKey: Secret;
  /** The employee whose app it is. */
  readonly agentName: string;
}

/** How long the store's word on who somebody is stands in for Slack's. */
const recalledMs = 24 * 3_600_000;

/** The settings have a bot token or a client id (`usesSlack`). Asks Slack nothing that the start would wait for. */
export async function openSlack(config: Config, edges: SlackEdges): Promise<Slack> {
  const { world, store } = edges;
  const { clock, log } = world;
  const oauth = openOauth(config, edges);
  const single = openSingle(config, world);
  const installations = joinInstallations([...(oauth ? [oauth.installations] : []), ...single], log);
  const createSlackPlatform = await chatPlatforms.slack();
  const platform = createSlackPlatform({
    settings: settingsOf(config),
    installations,
    clock,
    log,
    recallPerson: (key) => store.read((tx) => tx.people.recall(key, clock.now() - recalledMs)),
  });
  sayWhatIsWrong(installations, world);
  return {
    platform,
    doors: [...(platform.doors ?? []), ...(oauth?.doors ?? [])],
    states: () => installations.states(),
  };
}

function settingsOf({ slack }: Config): SlackDeps["settings"] {
  const { apiUrl, signingSecret, appToken, teamIds = [] } = slack;
  // Which of several teams is meant, the installations know.
  return { apiUrl, signingSecret, appToken, ...(teamIds.length === 1 ? { teamId: teamIds[0] } : {}) };
}

function openSingle({ slack }: Config, { clock, log }: World): readonly KnownInstallations[] {
  const { botToken: token, apiUrl, teamIds: allowed = [] } = slack;
  return token === undefined ? [] : [createSingleInstallation({ token, apiUrl, allowed, clock, log })];
}

interface Oauth {
  readonly installations: KnownInstallations;
  readonly doors: readonly Door[];
}

/** The settings have checked that all of it is there, or none. */
function openOauth(
  { slack, core }: Config,
  { world, store, masterKey, agentName }: SlackEdges,
): Oauth | undefined {
  const { clock, ids, log } = world;
  const { clientId, clientSecret, apiUrl, teamIds: allowed = [] } = slack;
  const { publicUrl } = core;
  if (clientId === undefined || clientSecret === undefined || publicUrl === undefined) return undefined;
  const rows = createSlackRows({
    store,
    clock,
    log,
    seal: sealOf({ current: masterKey, previous: core.previousMasterKey }, sealPurpose),
    learn: (token) => world.redactor?.add(token),
    alongside: (tx, { team, by }, now) =>
      welcomeInstaller({ tx, now, ids }, privateLine(team, by), { agent: agentName, hears: "replies" }),
  });
  const claimOnce = async (name: string, untilMs: number): Promise<boolean> => {
    const lock = `slack-state:${name}`;
    const owner = ids.next("state");
    const now = clock.now();
    const first = await store.write((tx) => tx.locks.acquire(lock, owner, now, now + untilMs));
    const forget = (): void => void store.write((tx) => tx.locks.release(lock, owner)).catch(() => undefined); // expired anyway
    if (first) clock.after(untilMs, forget);
    return first;
  };
  return {
    installations: createStoredInstallations({ rows, apiUrl, allowed, clock, log }),
    doors: createInstallDoors({
      clientId,
      clientSecret,
      publicUrl,
      apiUrl,
      allowed,
      log,
      claimOnce,
      stateKey: new Secret(deriveKey(masterKey, "slack-oauth-state").toString("base64")),
      async save(...installation) {
        await rows.save(...installation);
        world.said?.();
      },
    }),
  };
}

/** A wrong token shows at the start, and not only when the first message comes. */
function sayWhatIsWrong(installations: KnownInstallations, { log }: World): void {
  installations.list().then(
    (found) => log.info("Slack workspaces are served", { teams: found.map(({ teamId }) => teamId) }),
    (error: unknown) => log.error("Slack cannot be used yet", { reason: errorText(error) }),
  );
}
