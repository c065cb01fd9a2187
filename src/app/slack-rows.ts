// Installations of the Slack app as rows of the store, their tokens sealed with the master key.

import type { Clock } from "../base/clock.ts";
import { errorText } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { Secret } from "../base/secret.ts";
import type { InstallationRows, StoredInstallation } from "../chat/slack/install/stored-installations.ts";
import type { Store, Tx } from "../store/contract.ts";
import type { SlackInstallationRow } from "../store/contract-platforms.ts";
import { learningSeal } from "../vault/learning-seal.ts";
import type { MasterKeys } from "../vault/master-keys.ts";
import { resealRows } from "../vault/reseal.ts";
import type { Seal } from "../vault/seal.ts";

/** What their seal is made for. */
export const sealPurpose = "slack";

export interface SlackRowsDeps {
  readonly store: Store;
  readonly seal: Seal;
  readonly clock: Clock;
  readonly log: Logger;
  /** Is told every token that is opened or sealed (RED-2). */
  readonly learn?: (token: Secret) => void;
  /** What else is committed with an installation. `now` is its time. */
  readonly alongside?: (tx: Tx, installed: Installed, now: number) => Promise<void>;
}

export interface Installed {
  readonly team: string;
  /** Slack's id of who installed it. */
  readonly by: string;
}

export function createSlackRows(deps: SlackRowsDeps): InstallationRows {
  const { store, clock, log, alongside } = deps;
  const seal = learningSeal(deps.seal, deps.learn ?? (() => undefined));
  return {
    async find(team) {
      const row = await store.read((tx) => tx.slackInstallations.find(team));
      return row && opened(row, seal);
    },
    async list() {
      const rows = await store.read((tx) => tx.slackInstallations.list());
      return rows.flatMap((row) => {
        try {
          return opened(row, seal) ?? [];
        } catch (error) {
          log.error("The token of a Slack workspace cannot be read", {
            team: row.team,
            reason: errorText(error),
          });
          return [];
        }
      });
    },
    async states() {
      const rows = await store.read((tx) => tx.slackInstallations.list());
      return rows.map(({ team, botToken, why }) => ({
        team,
        ...(botToken === undefined && { revoked: why ?? "revoked" }),
      }));
    },
    async save(owner, botToken, installedBy) {
      const sealed = seal.close(botToken, placeOf(owner.team));
      const installedAt = clock.now();
      await store.write(async (tx) => {
        await tx.slackInstallations.save({ ...owner, botToken: sealed, installedBy, installedAt });
        await alongside?.(tx, { team: owner.team, by: installedBy }, installedAt);
      });
    },
    revoke: (team, version, why) =>
      store.write((tx) => tx.slackInstallations.revoke(team, version, why, clock.now())),
  };
}

/** Tokens that a former master key sealed, under the present one (VLT-4). Returns how many; repeated it finds none. */
export async function resealSlackTokens(tx: Tx, keys: MasterKeys): Promise<number> {
  const rows = await tx.slackInstallations.list();
  return resealRows(
    keys,
    sealPurpose,
    rows.map(({ team, botToken: sealed }) => ({
      sealed,
      place: placeOf(team),
      replace: (from: string, to: string) => tx.slackInstallations.reseal(team, from, to),
    })),
  );
}

function opened(row: SlackInstallationRow, seal: Seal): StoredInstallation | undefined {
  const { botToken: sealed, installedAt, installedBy: _by, revokedAt: _at, why: _why, ...owner } = row;
  if (sealed === undefined) return undefined;
  return { owner, botToken: seal.open(sealed, placeOf(row.team)), installedAt, version: sealed };
}

/** What a sealed token is bound to. */
function placeOf(team: string): string {
  return `slack_installations/${team}/bot_token`;
}
