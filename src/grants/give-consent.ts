// From the person's yes on our page to an account (CON-6 to CON-12). The order of checks is the order of the text.
//
//   GC1  Until the session is claimed nothing is asked of the service; who claims it is one (A3).
//   GC2  What a callback brings is believed only for the session that its `state` names, at the path of its own connection, in
//        the browser that began it, signed in as its person, from the issuer that was asked (A1, A2).
//   GC3  Whatever is wrong looks the same from outside.

import { Secret } from "../base/secret.ts";
import type { PersonKey } from "../domain/ids.ts";
import type { ConsentRow } from "../store/contract-grants.ts";
import { type Account, accountOf, isAllowed } from "./account.ts";
import { endConsent } from "./ask-consent.ts";
import type { ConnectionSpec } from "./connection-spec.ts";
import type { ConsentDeps } from "./consent-deps.ts";
import { digestOf, randomToken } from "./digests.ts";
import { GrantError } from "./errors.ts";
import { recordConsent } from "./events.ts";
import { accountHint } from "./login-hint.ts";
import { keepConnection } from "./keep-connection.ts";
import type { TokenAnswer } from "./oauth-client.ts";

/** The browser at our door: its cookie, and whose it has proved to be. */
export interface KnownBrowser {
  readonly cookie: string;
  readonly person?: PersonKey;
}

/** The person said yes: where to send them (CON-6, CON-7). Undefined if the session is over by now. */
export async function giveConsent(
  deps: ConsentDeps,
  session: ConsentRow,
  browser: KnownBrowser,
): Promise<URL | undefined> {
  const { oauth, specs, clock, seal, store, base, contextOf, resolver } = deps;
  const configured = specs.get(session.connection);
  if (!configured || browser.person !== session.initiator) return undefined;
  const spec = await resolver.resolve(configured, session.tenant);
  const [state, verifier, nonce] = [randomToken(), randomToken(), randomToken()];
  const redirectUri = `${base()}/oauth/callback/${contextOf(session)}`;
  const { issuer } = await oauth.facts(spec);
  const url = await oauth.authorizationUrl(spec, {
    scopes: session.scopes,
    redirectUri,
    state,
    verifier,
    nonce,
    ...(await accountHint(deps, session)),
  });
  const given = {
    browser: digestOf(browser.cookie),
    oauthState: digestOf(state),
    proof: seal.close(new Secret(JSON.stringify([verifier, nonce])), `consents/${session.id}`),
    issuer,
    redirectUri,
  };
  const isOpen = await store.write((tx) => tx.consents.consent(session.id, given, clock.now()));
  return isOpen ? url : undefined;
}

export interface Callback {
  /** The last part of the path. */
  readonly context: string;
  readonly query: URLSearchParams;
  readonly browser: KnownBrowser;
}

export type CallbackOutcome =
  | { readonly kind: "connected"; readonly account: string; readonly title: string }
  | { readonly kind: "declined" }
  /** Not to be told apart from outside (GC3). */
  | { readonly kind: "refused" }
  /** It was theirs, and came to nothing. The sentence is for the person. */
  | { readonly kind: "failed"; readonly text: string };

const refused: CallbackOutcome = { kind: "refused" };

/** CON-8 to CON-12. */
export async function takeCallback(deps: ConsentDeps, callback: Callback): Promise<CallbackOutcome> {
  const { store, clock, specs } = deps;
  const states = callback.query.getAll("state");
  const [state = ""] = states;
  if (states.length !== 1 || state === "") return refused;
  const stateDigest = digestOf(state);
  const session = await store.read((tx) => tx.consents.byState(stateDigest));
  const configured = session && specs.get(session.connection);
  if (!session || !configured) return refused;
  const stopped = async (why: Wrong): Promise<CallbackOutcome> => {
    const { person } = callback.browser;
    if (why !== "over") await block(deps, session, { why, ...(person ? { person } : {}) });
    return refused;
  };
  const wrong = whatIsWrong(deps, session, callback);
  if (wrong !== undefined) return stopped(wrong);
  const spec = await deps.resolver.resolve(configured, session.tenant).catch(said);
  if (spec instanceof GrantError) return failed(deps, session, { why: whyNot(spec), text: spec.message });
  if (!(await isFromIssuer(deps, spec, session, callback))) return stopped("issuer");
  const claimed = await store.write((tx) => tx.consents.claim(session.id, stateDigest, clock.now()));
  if (!claimed) return refused;
  if (callback.query.get("error") !== null) {
    await deps.decide((tx, ended) =>
      endConsent(tx, deps, session, { ended, state: "declined", actor: session.initiator }),
    );
    return { kind: "declined" };
  }
  return redeem(deps, spec, session, { state, query: callback.query });
}

type Wrong = "over" | "context" | "browser" | "person" | "issuer";

/** The first check that fails, in the order of CON-8; the issuer comes last. */
function whatIsWrong(
  { clock, contextOf }: ConsentDeps,
  session: ConsentRow,
  { context, browser }: Callback,
): Wrong | undefined {
  if (context !== contextOf(session)) return "context";
  if (session.state !== "consented" || session.expiresAt <= clock.now()) return "over";
  // Without a cookie it is no browser of ours: a scanner that follows addresses ends nothing.
  if (browser.cookie === "") return "over";
  if (session.browser !== digestOf(browser.cookie)) return "browser";
  return browser.person === session.initiator ? undefined : "person";
}

/** The one that was asked is still the one of the connection, and the one that answers, as far as it says so (RFC 9207). */
async function isFromIssuer(
  { oauth }: ConsentDeps,
  spec: ConnectionSpec,
  session: ConsentRow,
  { query }: Callback,
): Promise<boolean> {
  const { issuer, saysIssuer } = await oauth.facts(spec);
  if (issuer !== session.issuer) return false;
  const issuers = query.getAll("iss");
  if (issuers.length === 0) return !saysIssuer;
  return issuers.length === 1 && issuers[0] === session.issuer;
}

function whyNot({ code }: GrantError): string {
  return code === "grant.quarantined" ? "other_authorization_server" : "not_described";
}

function said(error: unknown): GrantError {
  if (error instanceof GrantError) return error;
  throw error;
}

async function failed(
  deps: ConsentDeps,
  session: ConsentRow,
  { why, text }: { readonly why: string; readonly text: string },
): Promise<CallbackOutcome> {
  const state = why === "account_domain" || why === "other_authorization_server" ? "blocked" : "expired";
  await deps.decide((tx, ended) => endConsent(tx, deps, session, { ended, state, why }));
  return { kind: "failed", text };
}

async function redeem(
  deps: ConsentDeps,
  spec: ConnectionSpec,
  session: ConsentRow,
  { state, query }: { readonly state: string; readonly query: URLSearchParams },
): Promise<CallbackOutcome> {
  const { oauth, seal, log } = deps;
  const fail = (why: string, text: string): Promise<CallbackOutcome> => failed(deps, session, { why, text });
  let answer: TokenAnswer;
  let account: Account;
  try {
    const [verifier = "", nonce = ""] = proofOf(seal.open(session.proof ?? "", `consents/${session.id}`));
    const at = new URL(session.redirectUri ?? deps.base());
    at.search = query.toString();
    answer = await oauth.redeem(spec, { at, state, verifier, nonce, scopes: session.scopes });
    account = await accountOf(deps, spec, answer);
  } catch (error) {
    log.warn("A code could not be redeemed", { connection: spec.name, consent: session.id, error });
    return fail(
      "exchange_failed",
      `${spec.provider.title} did not give access. Nothing was connected. Ask for it again in the chat.`,
    );
  }
  if (!isAllowed(spec, account)) {
    await giveBack(deps, spec, answer);
    return fail("account_domain", "That account is not one that may be connected here. Nothing was kept.");
  }
  const made = await deps
    .decide((tx, ended) => keepConnection(tx, deps, { spec, session, answer, account, ended }))
    .catch(said);
  if (made === true) return { kind: "connected", account: account.label, title: spec.provider.title };
  await giveBack(deps, spec, answer);
  return made === false ? refused : fail("exchange_failed", made.message);
}

function proofOf(secret: Secret): string[] {
  const value: unknown = JSON.parse(secret.reveal());
  return Array.isArray(value) ? value.filter((part) => typeof part === "string") : [];
}

/** What is not kept is revoked at once (CON-10). */
async function giveBack(
  { oauth }: ConsentDeps,
  spec: ConnectionSpec,
  { access, refresh }: TokenAnswer,
): Promise<void> {
  if (refresh) await oauth.revoke(spec, refresh, "refresh_token").catch(() => false);
  await oauth.revoke(spec, access, "access_token").catch(() => false);
}

/** Somebody else, or something else, came with it: it is over, its person and those who look after security hear of it (CON-5). */
export async function block(
  deps: ConsentDeps,
  session: ConsentRow,
  { why, person }: { readonly why: string; readonly person?: PersonKey },
): Promise<void> {
  const now = deps.clock.now();
  await deps.decide(async (tx, ended) => {
    const data = { why, ...(person === undefined ? {} : { by: person }) };
    await recordConsent(tx, "consent.mismatch", session, {
      time: now,
      ...(person === undefined ? {} : { actor: person }),
      data,
    });
    if (!(await endConsent(tx, deps, session, { ended, state: "blocked", why }))) return;
    await deps.alarm?.(
      tx,
      session,
      `The link to connect ${session.connection} for ${session.initiatorName} was opened by somebody else and stopped (${why}). Nothing was connected.`,
    );
  });
}
