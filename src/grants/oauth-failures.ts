// Failures of the protocol library and of the way out, in our words. What a service wrote is never repeated: it may hold
// anything.

import * as oidc from "openid-client";
import { isAppError } from "../base/errors.ts";
import type { ConnectionSpec } from "./connection-spec.ts";
import { GrantError } from "./errors.ts";

/** A refusal by the service, with its OAuth error code. */
export class OAuthRefusal extends GrantError {
  readonly error: string;

  constructor(spec: ConnectionSpec, error: string, cause: unknown) {
    const word = /^[a-z_]{1,40}$/.test(error) ? error : "an error";
    super(
      word === "invalid_grant" ? "grant.needs_reauth" : "grant.misconfigured",
      word === "invalid_grant"
        ? `${spec.provider.title} no longer takes the ${spec.name} connection. It has to be connected again.`
        : `${spec.provider.title} refused with ${word}. Check client_id, client_secret and scopes of the connection ${spec.name}.`,
      { facts: { connection: spec.name, error: word }, cause },
    );
    this.error = word;
  }
}

export function failureOf(error: unknown, spec: ConnectionSpec): GrantError {
  if (error instanceof GrantError) return error;
  if (error instanceof oidc.ResponseBodyError || error instanceof oidc.AuthorizationResponseError) {
    const transient = error.error === "temporarily_unavailable" || error.error === "server_error";
    return transient ? unavailable(spec, error) : new OAuthRefusal(spec, error.error, error);
  }
  return unavailable(spec, error);
}

function unavailable({ name, provider }: ConnectionSpec, cause: unknown): GrantError {
  const why = isAppError(cause) && cause.code.startsWith("net.") ? ` (${cause.message})` : "";
  return new GrantError(
    "grant.unavailable",
    `${provider.title} could not be asked for the ${name} connection${why}. Try again in a moment.`,
    { retry: { kind: "backoff" }, facts: { connection: name }, cause },
  );
}
