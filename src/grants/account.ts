// Which account at the service was connected, and whether it may be (CON-10).

import { parseJson } from "../base/json.ts";
import type { ConnectionSpec } from "./connection-spec.ts";
import type { GrantDeps } from "./deps.ts";
import { GrantError } from "./errors.ts";
import type { TokenAnswer } from "./oauth-client.ts";

export interface Account {
  /** The service's own id; absent where it does not tell. */
  readonly subject?: string;
  readonly label: string;
  /** Proved to be the account's. */
  readonly email?: string;
}

type Members = Readonly<Record<string, unknown>>;

export async function accountOf(
  deps: Pick<GrantDeps, "oauth" | "fetch">,
  spec: ConnectionSpec,
  answer: TokenAnswer,
): Promise<Account> {
  const { account, title } = spec.provider;
  const unknown: Account = { label: `${title} account` };
  switch (account.kind) {
    case "id-token":
      return (await fromClaims(deps, spec, answer)) ?? unknown;
    case "answer":
      return named(answer.members, account) ?? unknown;
    case "request":
      return named(await asked(deps, spec, { url: account.url, answer }), account) ?? unknown;
    case "unknown":
      return unknown;
    default:
      return account satisfies never;
  }
}

async function fromClaims(
  { oauth }: Pick<GrantDeps, "oauth">,
  spec: ConnectionSpec,
  { claims, access }: TokenAnswer,
): Promise<Account | undefined> {
  const subject = text(claims?.["sub"]);
  if (claims === undefined || subject === undefined) return undefined;
  const all = "email" in claims ? claims : { ...claims, ...(await oauth.userInfo(spec, access, subject)) };
  const email = all["email_verified"] === false ? undefined : text(all["email"]);
  const label = email ?? text(all["preferred_username"]) ?? text(all["name"]) ?? subject;
  return { subject, label, ...(email === undefined ? {} : { email: email.toLowerCase() }) };
}

async function asked(
  { fetch }: Pick<GrantDeps, "fetch">,
  spec: ConnectionSpec,
  { url, answer }: { readonly url: string; readonly answer: TokenAnswer },
): Promise<Members> {
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${answer.access.reveal()}`, accept: "application/json" },
    signal: AbortSignal.timeout(10_000),
  });
  const json = parseJson(await response.text())?.value;
  if (response.ok && typeof json === "object" && json !== null) return { ...json };
  throw new GrantError("grant.unavailable", `${spec.provider.title} did not say whose account it is.`, {
    retry: { kind: "backoff" },
  });
}

function named(members: Members, at: { readonly id: string; readonly label: string }): Account | undefined {
  const subject = text(members[at.id]);
  if (subject === undefined) return undefined;
  const label = text(members[at.label]) ?? subject;
  return { subject, label, ...(label.includes("@") ? { email: label.toLowerCase() } : {}) };
}

function text(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Where domains are set, an account without a proved address in one of them is refused. */
export function isAllowed({ allowedDomains }: ConnectionSpec, { email }: Account): boolean {
  if (allowedDomains.length === 0) return true;
  return email !== undefined && allowedDomains.includes(email.slice(email.lastIndexOf("@") + 1));
}
