// The one installation of the settings: whose SLACK_BOT_TOKEN is, Slack says when it is first needed.
//
//   SI1  A token of another workspace than SLACK_TEAM_ID is refused with a sentence.
//   SI2  Slack is asked once; after a failure again, but not for every delivery.
//   SI3  After a revocation nothing is found. News that is older than the token is none: Slack is asked first, and the
//        token is looked at again later.

import { isAppError } from "../../../base/errors.ts";
import type { Secret } from "../../../base/secret.ts";
import { askOwner, type TokenOwner } from "./ask-slack.ts";
import {
  createReachesWorkspace,
  type InstallationState,
  type InstallationsDeps,
  isAllowed,
  type KnownInstallations,
  toInstallation,
  wrongTeam,
} from "./known-installations.ts";

const askAgainMs = 10_000;
const lookAgainMs = 60_000;

type SingleDeps = InstallationsDeps & { readonly token: Secret };

export function createSingleInstallation(deps: SingleDeps): KnownInstallations {
  const { token, clock, log } = deps;
  const reaches = createReachesWorkspace(deps);
  const owner = createOwner(deps);
  let revoked: { readonly why: string; readonly until: number } | undefined;

  const usable = async (): Promise<TokenOwner | undefined> => {
    if (!revoked) return owner.ask();
    if (clock.now() < revoked.until) return undefined;
    const found = await askedUnlessRefused(() => owner.ask());
    if (!found) return undefined;
    log.info("The bot token of Slack works after all");
    revoked = undefined;
    return found;
  };
  return {
    async find(teamId) {
      const found = await usable();
      return found && (await reaches(found, token, teamId)) ? toInstallation(found, token) : undefined;
    },
    async list() {
      const found = await usable();
      return found ? [toInstallation(found, token)] : [];
    },
    async revoke(team, why) {
      if (revoked || !(await owner.isMaybe(team))) return;
      owner.forget();
      if (await stillWorks(owner)) {
        log.warn("Slack says that an app was removed, but its token still works; it is kept", { team, why });
        return;
      }
      if (revoked) return; // told by somebody else meanwhile
      revoked = { why, until: clock.now() + lookAgainMs };
      owner.forget();
      log.error("Slack has revoked the bot token; install the app again and set SLACK_BOT_TOKEN", {
        team,
        why,
      });
    },
    states: () => Promise.resolve([stateOf(owner.team(), revoked?.why)]),
  };
}

interface Owner {
  ask(): Promise<TokenOwner>;
  forget(): void;
  /** As far as is known: a dead token does not say whose it was. */
  isMaybe(team: string): Promise<boolean>;
  team(): string | undefined;
}

function createOwner({ apiUrl, token, allowed, clock }: SingleDeps): Owner {
  let asking: Promise<TokenOwner> | undefined;
  let team: string | undefined;
  const asked = async (): Promise<TokenOwner> => {
    const owner = await askOwner(apiUrl, token);
    if (!isAllowed(allowed, owner)) throw wrongTeam(owner, allowed);
    team = owner.team;
    return owner;
  };
  const ask = (): Promise<TokenOwner> => {
    if (asking) return asking;
    const current = asked();
    asking = current;
    current.catch(() => clock.after(askAgainMs, () => (asking = undefined)));
    return current;
  };
  return {
    ask,
    forget: () => void (asking = undefined),
    async isMaybe(wanted) {
      if (team === undefined) await ask().catch(() => undefined);
      return team === undefined || team === wanted;
    },
    team: () => team,
  };
}

/** Where Slack can't be asked, its news is believed. */
async function stillWorks(owner: Owner): Promise<boolean> {
  return owner.ask().then(
    () => true,
    () => false,
  );
}

async function askedUnlessRefused(ask: Owner["ask"]): Promise<TokenOwner | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isAppError(error) && error.code === "chat.refused") return undefined;
    throw error;
  }
}

function stateOf(team: string | undefined, revoked: string | undefined): InstallationState {
  return { ...(team === undefined ? {} : { team }), ...(revoked === undefined ? {} : { revoked }) };
}
