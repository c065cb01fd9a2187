// The `connections` and `mcp` parts of the configuration file: accounts at outside services, and servers of tools.

import { z } from "zod";
import { readPrivateKey } from "../../base/private-key.ts";
import { effectClasses } from "../../domain/step.ts";
import { address, block, choice, expected, listOf, name, named, secret, text } from "./values.ts";

const capabilities = z.record(
  z.string().regex(/^[a-z0-9][a-z0-9_.:-]*$/i, "expected a capability such as read"),
  listOf(text("a scope"), "scopes"),
  { error: (issue) => expected("a block with a list of scopes for each capability", issue.input) },
);

const connection = block({
  identity: choice(["user", "agent"]).default("user"),
  /** What people call the service: on cards and pages. */
  title: text("a name for people").max(60, "is longer than 60 characters").optional(),
  provider: name.optional(),
  issuer: address.optional(),
  authorization_endpoint: address.optional(),
  token_endpoint: address.optional(),
  revocation_endpoint: address.optional(),
  client_id: text("a client id").optional(),
  client_secret: secret.optional(),
  /** Instead of a secret: requests for tokens are signed (`private_key_jwt`). */
  client_key: block({
    key: secret.refine(
      (value) => readPrivateKey(value.reveal()) !== undefined,
      "is no private key: expected PEM or a JWK, without a passphrase",
    ),
    id: text("the id of the key").optional(),
    algorithm: choice(["RS256", "PS256", "ES256", "ES384", "ES512", "EdDSA"]).optional(),
    audience: address.optional(),
  }).optional(),
  scopes: capabilities.default({}),
  resource: text("an address")
    .refine((value) => URL.canParse(value), "expected an address such as https://mail.example/")
    .optional(),
  allowed_domains: listOf(text("a domain"), "domains").default([]),
  grant: choice(["run", "standing"]).default("run"),
  api_key: secret.optional(),
}).superRefine((value, context) => {
  const oauth = (["provider", "issuer", "authorization_endpoint", "token_endpoint"] as const).filter(
    (key) => value[key] !== undefined,
  );
  const complain = (path: string, message: string): void =>
    context.addIssue({ code: "custom", path: [path], message });
  if (value.api_key !== undefined && value.identity === "user") {
    complain("api_key", "is for identity: agent only; a person connects with OAuth");
  }
  if (value.api_key !== undefined && oauth[0] !== undefined) {
    complain("api_key", `stands instead of OAuth; remove it or ${oauth.join(", ")}`);
  }
  for (const key of ["client_secret", "api_key"] as const) {
    if (value.client_key !== undefined && value[key] !== undefined)
      complain("client_key", `stands instead of ${key}; remove one of them`);
  }
  if (value.provider !== undefined && value.issuer !== undefined) {
    complain("issuer", "is known of a provider; give provider or issuer");
  }
  if ((value.authorization_endpoint === undefined) !== (value.token_endpoint === undefined)) {
    const has = value.token_endpoint === undefined ? "authorization_endpoint" : "token_endpoint";
    complain(has, "needs its other half: authorization_endpoint and token_endpoint go together");
  }
});

const mcpTool = block({
  effect: choice(effectClasses).default("write-external"),
  repeat: choice(["read", "keyed", "askable", "once"]).optional(),
  needs: text("a capability of the connection").optional(),
});

const digest = text("a digest such as sha512-…").regex(
  /^sha(256|384|512)-[A-Za-z0-9+/]+={0,2}$/,
  "expected a digest such as sha512-…",
);

const mcpServer = block({
  url: address.optional(),
  command: text("a command").optional(),
  args: listOf(text("an argument"), "arguments").optional(),
  /** May hold secrets, so none of them is printed. */
  env: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "expected the name of a variable"), secret, {
      error: (issue) => expected("a block of variables", issue.input),
    })
    .optional(),
  /** Of the program's file; or of everything of this machine that the server is shown, by path. */
  integrity: z
    .union([digest, z.record(z.string().startsWith("/"), digest)], {
      error: "expected a digest such as sha512-…, or a block with one for each full path",
    })
    .optional(),
  connection: name.optional(),
  tools: z
    .record(text("a tool's name"), mcpTool, { error: (issue) => expected("a block of tools", issue.input) })
    .default({}),
  registration_allow: listOf(address, "addresses").default([]),
}).superRefine((value, context) => {
  const complain = (path: string, message: string): void =>
    context.addIssue({ code: "custom", path: [path], message });
  if (value.url === undefined && value.command === undefined) {
    complain("url", "is missing; a server has a url, or a command to start");
  }
  if (value.url !== undefined && value.command !== undefined) {
    complain("command", "stands beside url; a server has one of the two");
  }
  for (const key of ["args", "env", "integrity"] as const) {
    if (value.url !== undefined && value[key] !== undefined)
      complain(key, "belongs to a command, not to a url");
  }
});

export const connections = named(connection).default({});
/** Tools are called `<server>__<tool>` in 64 characters, and nothing else may be read into that. */
const serverName = /^(?!.*__)[a-z0-9][a-z0-9_-]{0,30}(?<!_)$/i;

export const mcpServers = named(mcpServer)
  .superRefine((servers, context) => {
    for (const server of Object.keys(servers)) {
      if (serverName.test(server)) continue;
      const message =
        "is no name for a server: at most 31 letters, digits, - and single _, and no _ at the end";
      context.addIssue({ code: "custom", path: [server], message });
    }
  })
  .default({});
