// The installations that came by OAuth, from rows that somebody above keeps.
//
//   SO1  A revocation ends the installation it is about: news that is older than the installation ends nothing.
//   SO2  What is found is believed for a few seconds, so that not every delivery reads a row and opens a seal.
//   SO3  Only workspaces of SLACK_TEAM_ID are found, where that is set, whatever is stored.

import { errorText, isAppError } from "../../../base/errors.ts";
import type { Secret } from "../../../base/secret.ts";
import type { Installation } from "../installations.ts";
import { askOwner, type TokenOwner } from "./ask-slack.ts";
import {
  createReachesWorkspace,
  type InstallationState,
  type InstallationsDeps,
  isAllowed,
  type KnownInstallations,
  toInstallation,
} from "./known-installations.ts";

export interface StoredInstallation {
  readonly owner: TokenOwner;
  readonly botToken: Secret;
  readonly installedAt: number;
  /** Tells this installation from a later one of the same workspace. */
  readonly version: string;
}

/** What keeps the rows. Tokens are sealed there. */
export interface InstallationRows {
  /** Undefined where there is none, or it was revoked. */
  find(team: string): Promise<StoredInstallation | undefined>;
  /** Those in use. */
  list(): Promise<readonly StoredInstallation[]>;
  states(): Promise<readonly InstallationState[]>;
  save(owner: TokenOwner, botToken: Secret, installedBy: string): Promise<void>;
  /** False if that version is not there any more. */
  revoke(team: string, version: string, why: string): Promise<boolean>;
}

const believedMs = 5_000;
/** Slack sends an event again for this long: what is older than an installation of that age is about another one. */
const newsMs = 15 * 60_000;

export function createStoredInstallations(
  deps: InstallationsDeps & { readonly rows: InstallationRows },
): KnownInstallations {
  const { rows, apiUrl, allowed, clock, log } = deps;
  const reaches = createReachesWorkspace(deps);
  const believed = new Map<string, { readonly until: number; readonly installation: Installation }>();

  const look = async (team: string): Promise<StoredInstallation | undefined> => {
    const own = await rows.find(team);
    if (own) return own;
    const organisations = (await rows.list()).filter(({ owner }) => owner.orgWide);
    for (const row of organisations) if (await reaches(row.owner, row.botToken, team)) return row;
    return undefined;
  };
  const isOldNews = async ({ botToken, installedAt }: StoredInstallation): Promise<boolean> => {
    if (clock.now() - installedAt > newsMs) return false;
    try {
      await askOwner(apiUrl, botToken);
      return true;
    } catch (error) {
      return !(isAppError(error) && error.code === "chat.refused");
    }
  };
  return {
    async find(team) {
      const known = believed.get(team);
      if (known && known.until > clock.now()) return known.installation;
      believed.delete(team);
      const row = await look(team);
      if (!row || !isAllowed(allowed, row.owner)) return undefined;
      const installation = toInstallation(row.owner, row.botToken);
      believed.set(team, { until: clock.now() + believedMs, installation });
      return installation;
    },
    async list() {
      const all = await rows.list();
      return all
        .filter(({ owner }) => isAllowed(allowed, owner))
        .map(({ owner, botToken }) => toInstallation(owner, botToken));
    },
    async revoke(team, why) {
      believed.clear();
      const row = await rows.find(team);
      if (!row) return;
      if (await isOldNews(row)) {
        log.warn("Slack says that an app was removed, but its token still works; it is kept", { team, why });
        return;
      }
      if (await rows.revoke(team, row.version, why))
        log.error("Slack has revoked the bot token of a workspace; its people can install the app again", {
          team,
          why,
        });
    },
    states: () => rows.states(),
  };
}

/** First come, first served; a part that cannot answer does not keep the others from it. */
export function joinInstallations(
  parts: readonly KnownInstallations[],
  log: InstallationsDeps["log"],
): KnownInstallations {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  return {
    async find(team) {
      const answers = await Promise.allSettled(parts.map((part) => part.find(team)));
      const found = answers.find((answer) => answer.status === "fulfilled" && answer.value !== undefined);
      if (found?.status === "fulfilled") return found.value;
      const [failed] = answers.filter((answer) => answer.status === "rejected");
      return failed ? Promise.reject(failed.reason) : undefined;
    },
    async list() {
      const lists = await Promise.allSettled(parts.map((part) => part.list()));
      return lists.flatMap((list) => {
        if (list.status === "fulfilled") return list.value;
        log.warn("Some installations of Slack cannot be listed", { reason: errorText(list.reason) });
        return [];
      });
    },
    async revoke(team, why) {
      for (const part of parts) await part.revoke(team, why);
    },
    states: async () => (await Promise.all(parts.map((part) => part.states()))).flat(),
  };
}
