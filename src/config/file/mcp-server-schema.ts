// The `mcp_server` part of the configuration file: whose tokens open `/mcp`, and whose they are.

import { webAddress } from "../text-schemas.ts";
import { block, secret, span, text } from "./values.ts";

const web = webAddress({ httpAnywhere: false });

/** Letter for letter as its tokens have it: a slash at its end counts. */
const issuer = text("an address such as https://login.example").superRefine((value, context) => {
  const parsed = web.safeParse(value);
  if (!parsed.success) context.addIssue(parsed.error.issues[0]?.message ?? "expected an address");
});

/** Names and addresses change hands (ID-1). */
const passing = new Set([
  "email",
  "name",
  "nickname",
  "preferred_username",
  "unique_name",
  "upn",
  "given_name",
  "family_name",
  "phone_number",
]);

const person = text("entra, slack, or a person such as slack:T0001:{slack_user}").superRefine(
  (value, context) => {
    if (value === "entra" || value === "slack") return;
    const claims = [...value.matchAll(/\{([^{}]+)\}/gu)].map(([, claim = ""]) => claim);
    const changing = claims.find((claim) => passing.has(claim));
    if (!/^[^:\s{}]+:/u.test(value) || value.replaceAll(/\{[^{}]+\}/gu, "x").split(":").length !== 3)
      context.addIssue(
        `expected entra, slack, or platform:organisation:user with claims in braces, but it is "${value}"`,
      );
    else if (claims.length === 0)
      context.addIssue("names no claim in braces, so every token would be the same person's");
    else if (changing !== undefined)
      context.addIssue(
        `names the claim ${changing}, which can change hands; take a claim that stays a person's`,
      );
  },
);

const scope = text("a scope").regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/u, "expected a scope without spaces");

export const mcpServer = block({
  issuer,
  /** What tokens have to be for; the address of `/mcp` where it is absent. */
  audience: text("an audience").optional(),
  person,
  /** Tokens that were issued longer ago count no more, whatever end they name. */
  token_age: span("1m", "30d").default(24 * 3_600_000),
  /** Asks the issuer whether it still stands by a token (RFC 7662). */
  introspection: block({
    client_id: text("a client id"),
    client_secret: secret,
    /** Where the issuer's metadata names none. */
    endpoint: text("an address such as https://login.example/introspect")
      .superRefine((value, context) => {
        const parsed = web.safeParse(value);
        if (!parsed.success) context.addIssue(parsed.error.issues[0]?.message ?? "expected an address");
      })
      .optional(),
  }).optional(),
  scopes: block({
    /** For looking at one's runs. */
    read: scope.default("deputy.read"),
    /** For starting work and answering its questions. */
    write: scope.default("deputy.write"),
  }).prefault({}),
}).optional();
