// The checks of `deputy doctor` for Teams. None where Teams is not set up.

import { logOf } from "../app/log-of.ts";
import { openConfiguredStore } from "../app/open-edges.ts";
import { errorText } from "../base/errors.ts";
import type { Config } from "../config/load-config.ts";
import { usesTeams } from "../config/teams-rules.ts";
import type { Check } from "./check.ts";

type Finding = Omit<Check, "group">;

export async function teamsChecks(config: Config, offline: boolean): Promise<readonly Check[]> {
  if (!usesTeams(config)) return [];
  const found = [
    await door(config),
    ...(await outside(config, offline)),
    await places(config),
    await messages(),
  ];
  return found.map((finding) => ({ group: "teams", ...finding }));
}

async function door({ core }: Config): Promise<Finding> {
  const { messagesPath } = await import("../chat/teams/inbound/door.ts");
  const reached = core.publicUrl?.startsWith("https://") === true;
  if (reached)
    return {
      id: "door",
      status: "pass",
      observed: `Teams delivers to ${core.publicUrl}${messagesPath}`,
      fix: "",
    };
  return {
    id: "door",
    status: "warn",
    observed: `Teams delivers to ${messagesPath}, but ${core.publicUrl ?? "no address"} is not one it can reach`,
    fix: "Set DEPUTY_PUBLIC_URL to an https address, and enter it with /api/messages in the Azure bot.",
  };
}

async function outside(config: Config, offline: boolean): Promise<readonly Finding[]> {
  if (offline)
    return [{ id: "token", status: "skip", observed: "Microsoft was not asked (--offline)", fix: "" }];
  const { diagnoseKeys, diagnoseToken } = await import("../chat/teams/diagnose.ts");
  const { appId = "", appPassword, tenantId = "", loginUrl, openIdMetadataUrl } = config.teams;
  const all = await Promise.all([
    diagnoseToken({ appId, appPassword, tenantId, loginUrl: loginUrl.replace(/\/+$/, "") }),
    diagnoseKeys(openIdMetadataUrl),
  ]);
  return all.map((found) => ({ fix: "", ...found }));
}

/** Whether Teams has ever told where people are. */
async function places(config: Config): Promise<Finding> {
  const store = await openConfiguredStore(config, logOf(config, { to: "stderr" }));
  try {
    const place = await store.read((tx) => tx.teamsReferences.anyPlace(config.teams.tenantId ?? ""));
    if (place !== undefined)
      return {
        id: "heard",
        status: "pass",
        observed: `last heard of a conversation through ${new URL(place.serviceUrl).host}`,
        fix: "",
      };
    const fix = "Upload the package of `deputy manifest teams`, add the app, and write to it.";
    return { id: "heard", status: "warn", observed: "nothing was ever heard from Teams", fix };
  } catch (error) {
    return { id: "heard", status: "fail", observed: errorText(error), fix: "" };
  } finally {
    await store.close();
  }
}

/** One of each kind of message, against the limits of Teams (ux T-M15). */
async function messages(): Promise<Finding> {
  const { checkSamples } = await import("../chat/teams/render/check-samples.ts");
  const broken = checkSamples();
  if (broken.length === 0)
    return {
      id: "messages",
      status: "pass",
      observed: "every kind of message keeps the limits of Teams",
      fix: "",
    };
  const fix = "This is a bug of Deputy: please report it.";
  return { id: "messages", status: "fail", observed: broken.join("; "), fix };
}
