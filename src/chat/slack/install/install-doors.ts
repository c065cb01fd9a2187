// Installing the app in a workspace: `/slack/install` leads to Slack, `/slack/oauth_redirect` takes what it answers.
//
// Owns: which installations are taken. Does not own: the OAuth flow (@slack/oauth), or where tokens are kept.
//
//   ID1  An answer is taken from the browser that began, within ten minutes, once.
//   ID2  Workspaces that are not served are refused, and their token is given back.
//   ID3  Pages say what to do; codes, states and tokens are in no page and no log.

import { type CodedError, ErrorCode, type Installation, InstallProvider } from "@slack/oauth";
import { errorText } from "../../../base/errors.ts";
import { Secret } from "../../../base/secret.ts";
import type { Door } from "../../contract.ts";
import { installPath, redirectPath, SCOPES } from "../manifest-parts.ts";
import { clientOptions, giveBack, noSdkLog, type TokenOwner } from "./ask-slack.ts";
import { type InstallationsDeps, isAllowed } from "./known-installations.ts";
import { asNode, cookiesOf } from "./node-exchange.ts";
import { page } from "./pages.ts";
import { type ClaimOnce, createStates, stateSeconds } from "./states.ts";
import type { InstallationRows } from "./stored-installations.ts";

export interface InstallDoorsDeps extends Pick<InstallationsDeps, "apiUrl" | "allowed" | "log"> {
  readonly clientId: string;
  readonly clientSecret: Secret;
  readonly publicUrl: string;
  /** Signs states. */
  readonly stateKey: Secret;
  readonly claimOnce: ClaimOnce;
  readonly save: InstallationRows["save"];
}

export function createInstallDoors(deps: InstallDoorsDeps): readonly Door[] {
  const provider = createProvider(deps);
  return [
    { path: installPath, handle: getOnly((request) => leadToSlack(provider, request)) },
    { path: redirectPath, handle: getOnly((request) => takeAnswer(provider, deps, request)) },
  ];
}

/** Slack's page for installing, at the same place as its API: GovSlack has its own. */
export function authorizeUrl(apiUrl: string): string {
  const url = new URL(apiUrl);
  url.pathname = `${url.pathname.replace(/\/api\/?$/, "").replace(/\/$/, "")}/oauth/v2/authorize`;
  return url.href;
}

function createProvider(deps: InstallDoorsDeps): InstallProvider {
  const { clientId, clientSecret, publicUrl, apiUrl, stateKey, claimOnce } = deps;
  return new InstallProvider({
    clientId,
    clientSecret: clientSecret.reveal(),
    authorizationUrl: authorizeUrl(apiUrl),
    clientOptions: clientOptions(apiUrl),
    directInstall: true,
    stateStore: createStates(stateKey.reveal(), claimOnce),
    stateCookieExpirationSeconds: stateSeconds,
    logger: noSdkLog,
    installUrlOptions: {
      scopes: [...SCOPES.bot, ...SCOPES.optional],
      redirectUri: `${publicUrl}${redirectPath}`,
    },
    installationStore: {
      storeInstallation: (installation) => store(deps, installation),
      fetchInstallation: () => Promise.reject(new TypeError("Installations are read elsewhere")),
    },
  });
}

function getOnly(handle: Door["handle"]): Door["handle"] {
  return (request) => {
    if (request.method === "GET") return handle(request);
    return Promise.resolve(new Response("Only GET.\n", { status: 405, headers: { allow: "GET" } }));
  };
}

async function leadToSlack(provider: InstallProvider, request: Request): Promise<Response> {
  const exchange = asNode(request);
  await provider.handleInstallPath(exchange.req, exchange.res);
  const headers = new Headers({
    location: String(exchange.res.getHeader("location")),
    "cache-control": "no-store",
  });
  for (const cookie of cookiesOf(exchange.res)) headers.append("set-cookie", cookie);
  return new Response(null, { status: 302, headers });
}

async function takeAnswer(
  provider: InstallProvider,
  { log }: InstallDoorsDeps,
  request: Request,
): Promise<Response> {
  const { req, res } = asNode(request);
  let answer: Parameters<typeof page> = [500, failed];
  await provider.handleCallback(req, res, {
    success: (installation) => {
      answer = [200, installed(installation.team?.name ?? installation.enterprise?.name)];
    },
    failure: (error) => {
      answer = [error instanceof Refused ? 403 : 400, sentenceOf(error)];
      log.warn("An installation of the Slack app failed", { code: error.code, reason: errorText(error) });
    },
  });
  const [status, text] = answer;
  return page(status, text, cookiesOf(res));
}

async function store(
  { apiUrl, allowed, save, log }: InstallDoorsDeps,
  installation: Installation,
): Promise<void> {
  const { bot } = installation;
  if (!bot)
    throw new Refused("Slack gave no bot token: the app has no bot user. Create it from the manifest.");
  const owner = ownerOf(installation, bot);
  const token = new Secret(bot.token);
  if (!isAllowed(allowed, owner)) {
    const given = await giveBack(apiUrl, token);
    log.warn("A workspace that is not served tried to install the Slack app", { team: owner.team, given });
    throw new Refused(
      `This Deputy does not serve the workspace ${owner.team}. Ask whoever runs it to add it to SLACK_TEAM_ID.`,
    );
  }
  await save(owner, token, installation.user.id);
  log.info("The Slack app was installed", { team: owner.team, by: installation.user.id });
}

function ownerOf(installation: Installation, bot: NonNullable<Installation["bot"]>): TokenOwner {
  const { team, enterprise, appId } = installation;
  const orgWide = installation.isEnterpriseInstall === true;
  const id = orgWide ? enterprise?.id : team?.id;
  if (id === undefined) throw new Refused("Slack did not say which workspace this is. Try again.");
  return {
    team: id,
    ...(enterprise ? { enterprise: enterprise.id } : {}),
    orgWide,
    botUser: bot.userId,
    botId: bot.id,
    ...(appId === undefined ? {} : { appId }),
    scopes: bot.scopes,
  };
}

/** Refused by us; the text is for the person who installs. */
class Refused extends Error {}

const failed = {
  title: "Not installed",
  text: "Something went wrong inside Deputy. Its log says what.",
};

function installed(name: string | undefined): { readonly title: string; readonly text: string } {
  return {
    title: "Installed",
    text: `Deputy is now in ${name ?? "your workspace"}. Open it under Apps in Slack and write to it, or invite it to a channel and mention it.`,
  };
}

function sentenceOf(error: CodedError): { readonly title: string; readonly text: string } {
  const title = "Not installed";
  if (error instanceof Refused) return { title, text: error.message };
  if (error.code === ErrorCode.AuthorizationError)
    return { title, text: "The installation was cancelled at Slack." };
  const again = [ErrorCode.InvalidStateError, ErrorCode.MissingStateError, ErrorCode.MissingCodeError];
  if (again.some((code) => code === error.code))
    return {
      title,
      text: `This link was used before, is too old, or belongs to another browser. Begin again at ${installPath}.`,
    };
  return {
    title,
    text: `Slack did not complete the installation. Begin again at ${installPath}; Deputy's log says more.`,
  };
}
