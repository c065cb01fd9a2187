// Whose delivery is it? Only those of an installation of this app, in the workspace that is configured, are taken.
//
//   AM1  A delivery of another team or app with a good signature is acknowledged and dropped (design 10): an error would
//        only make Slack send it again.
//   AM2  Where it came from is what the installation says, of which Slack gives one per event (`authorizations`).

import type { SlackSettings } from "../deps.ts";
import type { Installation, Installations } from "../installations.ts";
import type { SlackHome } from "./home.ts";
import type { CountRejection } from "./rejections.ts";

/** What a payload says about the installation it is for. */
export interface DeliverySource {
  readonly teamId?: string | undefined;
  readonly enterpriseId?: string | undefined;
  readonly isEnterpriseInstall: boolean;
  readonly appId?: string | undefined;
}

export interface AdmissionDeps {
  readonly settings: SlackSettings;
  readonly installations: Installations;
  readonly reject: CountRejection;
}

/** Undefined where the delivery is not for us. Rejects where that can't be known now. */
export type Admit = (source: DeliverySource) => Promise<SlackHome | undefined>;

export function createAdmission({ settings, installations, reject }: AdmissionDeps): Admit {
  return async (source) => {
    const { teamId, enterpriseId, appId, isEnterpriseInstall } = source;
    const facts = { team: teamId ?? enterpriseId, app: appId };
    if (settings.teamId !== undefined && settings.teamId !== teamId && settings.teamId !== enterpriseId) {
      reject("foreign-team", facts);
      return undefined;
    }
    const ids = isEnterpriseInstall ? [enterpriseId, teamId] : [teamId, enterpriseId];
    const installation = await findFirst(installations, ids);
    if (installation === undefined) {
      reject("foreign-team", facts);
      return undefined;
    }
    const app = settings.appId ?? installation.appId;
    if (app !== undefined && appId !== undefined && appId !== app) {
      reject("foreign-app", facts);
      return undefined;
    }
    const teams = [installation.teamId, enterpriseId].filter((id) => id !== undefined);
    return { installation, teams: new Set(teams) };
  };
}

async function findFirst(
  installations: Installations,
  ids: readonly (string | undefined)[],
): Promise<Installation | undefined> {
  for (const id of ids) {
    const found = id === undefined ? undefined : await installations.find(id);
    if (found) return found;
  }
  return undefined;
}
