// The door for other agents and IDEs, where the configuration file has an `mcp_server`. The protocol's SDK is loaded when the first
// request is let in.

import type { ChatPlatform } from "../chat/contract.ts";
import type { Config } from "../config/load-config.ts";
import { findCaller } from "../gateway/callers.ts";
import { recordRejections } from "../gateway/rejections.ts";
import { createBearerTokens } from "../grants/bearer-tokens.ts";
import { createWhatwgFetch } from "../net/whatwg-fetch.ts";
import type { WebMcp } from "../web/mcp-contract.ts";
import { mcpInstructions, mcpTools } from "../web/mcp-tools.ts";
import type { Edges } from "./edges.ts";
import type { GatewayParts } from "./gateway-parts.ts";

const mostMetadataBytes = 256 * 1024;
const metadataTimeoutMs = 5_000;
/** Of the tools, as other programs know them. */
const version = "1";

export function createMcpDoor(
  config: Config,
  { world, store, request }: Edges,
  { desk, rulesFor, grants }: GatewayParts,
  platforms: readonly ChatPlatform[],
): WebMcp | undefined {
  const settings = config.file.settings.mcp_server;
  if (!settings) return undefined;
  const { clock, ids, log, meter, redactor } = world;
  const { base } = grants.consent;
  const byName = new Map(platforms.map((platform) => [platform.name, platform]));
  const reject = recordRejections(store, world);
  const fetch = createWhatwgFetch(request, {
    redirect: "same-origin",
    maxBytes: mostMetadataBytes,
    totalTimeoutMs: metadataTimeoutMs,
  });
  const { issuer, person, scopes, token_age: tokenAgeMs, introspection: asking } = settings;
  const introspection = asking && {
    clientId: asking.client_id,
    clientSecret: asking.client_secret,
    endpoint: asking.endpoint,
  };
  const tokensFor = (audience: string) =>
    createBearerTokens({ issuer, audience, person, tokenAgeMs, introspection }, { fetch, clock, log });
  let tokens: ReturnType<typeof tokensFor> | undefined;
  const deps = { desk, ids, rulesFor, clock, scrub: (text: string) => redactor?.scrub(text) ?? text };
  return {
    base,
    issuer,
    scopes,
    clock,
    check(token) {
      tokens ??= tokensFor(settings.audience ?? `${base()}/mcp`);
      return tokens.check(token);
    },
    caller: ({ person: key, client }) =>
      findCaller({ desk, platforms: byName, rulesFor, now: () => clock.now() }, key, client),
    async answer(caller, asked, body) {
      const { answerMcp } = await import("../tools/mcp/serve.ts");
      const tools = mcpTools(deps, caller);
      return answerMcp({ name: "deputy", version, instructions: mcpInstructions, tools, log }, asked, body);
    },
    rejected(why) {
      meter?.inbox("rejected");
      reject("mcp", why);
    },
  };
}
