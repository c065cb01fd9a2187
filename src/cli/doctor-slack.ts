// The checks of `deputy doctor` for Slack. None where Slack is not set up.

import { logOf } from "../app/log-of.ts";
import { masterKeySource, openConfiguredStore } from "../app/open-edges.ts";
import { systemClock } from "../base/clock.ts";
import type { Secret } from "../base/secret.ts";
import { doorPath, installPath } from "../chat/slack/manifest-parts.ts";
import type { Config } from "../config/load-config.ts";
import { usesSlack } from "../config/slack-rules.ts";
import type { Check } from "./check.ts";

type Finding = Omit<Check, "group">;

export async function slackChecks(config: Config, offline: boolean): Promise<readonly Check[]> {
  if (!usesSlack(config)) return [];
  const found = [door(config), ...(await tokens(config, offline)), await messages()];
  return found.map((finding) => ({ group: "slack", ...finding }));
}

/** Which of the two doors Slack comes in by (ux S-M19). */
function door({ slack, core }: Config): Finding {
  const id = "door";
  if (slack.appToken !== undefined) {
    const both = slack.signingSecret === undefined ? "" : `; ${doorPath} is open as well`;
    return { id, status: "pass", observed: `Socket Mode: a connection from here to Slack${both}`, fix: "" };
  }
  if (core.publicUrl?.startsWith("https://"))
    return { id, status: "pass", observed: `HTTP: Slack delivers to ${core.publicUrl}${doorPath}`, fix: "" };
  const observed = `HTTP: Slack delivers to ${doorPath}, but ${core.publicUrl ?? "no address"} is not one it can reach`;
  return {
    id,
    status: "warn",
    observed,
    fix: "Set DEPUTY_PUBLIC_URL to an https address, or SLACK_APP_TOKEN for Socket Mode.",
  };
}

async function tokens(config: Config, offline: boolean): Promise<readonly Finding[]> {
  const { botToken, appToken, apiUrl, teamIds: allowed = [] } = config.slack;
  const { stored, revoked } = await storedTokens(config);
  if (offline)
    return [
      ...revoked,
      { id: "token", status: "skip", observed: "Slack was not asked (--offline)", fix: "" },
    ];
  const { diagnoseSocket, diagnoseToken } = await import("../chat/slack/install/diagnose.ts");
  const all = [...(botToken === undefined ? [] : [botToken]), ...stored];
  const diagnoses = await Promise.all(all.map((token) => diagnoseToken({ apiUrl, token, allowed })));
  const socket = appToken === undefined ? [] : [await diagnoseSocket(apiUrl, appToken)];
  return [...revoked, ...[...socket, ...diagnoses.flat()].map((found) => ({ fix: "", ...found }))];
}

/** The installations that came by OAuth. */
async function storedTokens(config: Config): Promise<{
  readonly stored: readonly Secret[];
  readonly revoked: readonly Finding[];
}> {
  if (config.slack.clientId === undefined) return { stored: [], revoked: [] };
  const { createSlackRows } = await import("../app/slack-rows.ts");
  const { createSeal } = await import("../vault/seal.ts");
  const { findMasterKey } = await import("../vault/master-key.ts");
  const log = logOf(config, { to: "stderr" });
  const store = await openConfiguredStore(config, log);
  try {
    const masterKey = await findMasterKey(store, masterKeySource(config));
    if (masterKey === undefined) return { stored: [], revoked: [] };
    const rows = createSlackRows({ store, seal: createSeal(masterKey, "slack"), clock: systemClock, log });
    const states = await rows.states();
    const installed = await rows.list();
    const lost = states.filter(({ revoked }) => revoked !== undefined);
    const sealed = states.filter(
      ({ team, revoked }) => revoked === undefined && !installed.some(({ owner }) => owner.team === team),
    );
    const none = states.length === 0 && config.slack.botToken === undefined;
    return {
      stored: installed.map(({ botToken }) => botToken),
      revoked: [
        ...lost.map(
          ({ team, revoked }): Finding => again(`${team} is not served any more: ${revoked}`, config),
        ),
        ...sealed.map(({ team }) => unreadable(team)),
        ...(none ? [again("no workspace has installed the app yet", config)] : []),
      ],
    };
  } finally {
    await store.close();
  }
}

function again(observed: string, { core }: Config): Finding {
  return {
    id: "installed",
    status: "warn",
    observed,
    fix: `Install the app at ${core.publicUrl}${installPath}.`,
  };
}

function unreadable(team = "a workspace"): Finding {
  const fix = "Set the DEPUTY_MASTER_KEY that the app was installed with, or install it again.";
  return { id: "installed", status: "fail", observed: `the token of ${team} cannot be opened`, fix };
}

/** One of each kind of message, against Slack's limits (ux S-M8). */
async function messages(): Promise<Finding> {
  const { checkSamples } = await import("../chat/slack/render/check-samples.ts");
  const broken = checkSamples();
  if (broken.length === 0)
    return {
      id: "messages",
      status: "pass",
      observed: "every kind of message keeps Slack's limits",
      fix: "",
    };
  return {
    id: "messages",
    status: "fail",
    observed: broken.join("; "),
    fix: "This is a bug of Deputy: please report it.",
  };
}
