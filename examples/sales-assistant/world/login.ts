// Fernway's sign-in: an OAuth 2.1 authorization server (oidc-provider) with an account for each person and a page where they agree.
//
//   LI1  A token is one person's, for one service (its audience), with what they agreed to. Services ask it about every token.
//   LI2  Refresh tokens rotate; one that was used before ends the whole grant. PKCE is asked of everybody.

import type { IncomingMessage, ServerResponse } from "node:http";
import { randomBytes } from "node:crypto";
import { text } from "node:stream/consumers";
import type { Configuration, Provider } from "oidc-provider";
import type { Listening } from "./listen.ts";
import { consentPage, signInPage } from "./login-pages.ts";
import { createLoginStore } from "./login-store.ts";
import type { FernwayPerson } from "./people.ts";

/** A service that takes tokens of this sign-in. */
export interface Resource {
  readonly name: string;
  readonly title: string;
  /** Its address: the audience of tokens for it. */
  readonly audience: string;
  /** What may be asked for, in words for the person. */
  readonly scopes: Readonly<Record<string, string>>;
}

export interface Caller {
  readonly person: string;
  readonly scopes: ReadonlySet<string>;
}

export interface Login {
  readonly issuer: string;
  /** Requests to the token endpoint by `grant_type`. */
  readonly asked: ReadonlyMap<string, number>;
  /** How many tokens were given back. */
  readonly givenBack: () => number;
  /** Whose token it is; undefined if it is not one, not one any more, or for another service. */
  callerOf(token: string, audience: string): Promise<Caller | undefined>;
  /** The person takes back whatever they agreed to. */
  withdraw(person: string): Promise<void>;
}

export interface LoginSpec {
  readonly people: readonly FernwayPerson[];
  readonly resources: readonly Resource[];
  readonly accessTokenSeconds: number;
}

export const clientId = "deputy";

export async function openLogin({ http, origin }: Listening, spec: LoginSpec): Promise<Login> {
  const store = createLoginStore();
  const provider = await quietly(async () => {
    const { Provider: Made, errors } = await import("oidc-provider");
    const noSuchService = (): never => {
      throw new errors.InvalidTarget();
    };
    return new Made(origin, { adapter: store.adapter, ...configuration(spec, noSuchService) });
  });
  const asked = new Map<string, number>();
  let givenBack = 0;
  provider.use(async (context, next) => {
    await next();
    const given: Readonly<Record<string, unknown>> = context["oidc"]?.params ?? {};
    const grant = word(given["grant_type"]);
    if (context.path === "/token") asked.set(grant, (asked.get(grant) ?? 0) + 1);
    if (context.path === "/token/revocation") givenBack += 1;
  });
  const answer = provider.callback();
  http.on("request", (request, response) => {
    if (!request.url?.startsWith("/interaction/")) return void answer(request, response);
    interact(provider, spec, request, response).catch(() =>
      response.writeHead(400).end("This sign-in is over. Begin again where you came from."),
    );
  });
  return {
    issuer: origin,
    asked,
    givenBack: () => givenBack,
    async callerOf(token, audience) {
      const found = await provider.AccessToken.find(token);
      if (!found?.isValid || found.aud !== audience || found.grantId === undefined) return undefined;
      if (!(await provider.Grant.find(found.grantId))) return undefined;
      return { person: found.accountId, scopes: found.scopes };
    },
    async withdraw(person) {
      for (const id of store.grantsOf(person)) await (await provider.Grant.find(id))?.destroy();
    },
  };
}

function configuration(
  { people, resources, accessTokenSeconds }: LoginSpec,
  noSuchService: () => never,
): Configuration {
  return {
    clients: [
      {
        client_id: clientId,
        client_name: "Deputy",
        // A public client on loopback: any port of this machine (RFC 8252), and no secret to keep.
        application_type: "native",
        token_endpoint_auth_method: "none",
        redirect_uris: resources.map(({ name }) => `http://127.0.0.1/oauth/callback/${name}`),
        grant_types: ["authorization_code", "refresh_token"],
        response_types: ["code"],
      },
    ],
    claims: { openid: ["sub"], email: ["email", "email_verified"] },
    conformIdTokenClaims: false,
    findAccount: (_context, id) => {
      const person = people.find((one) => one.id === id);
      return (
        person && { accountId: id, claims: () => ({ sub: id, email: person.email, email_verified: true }) }
      );
    },
    features: {
      devInteractions: { enabled: false },
      revocation: {
        enabled: true,
        allowedPolicy: async (_context, client, token) => token.clientId === client.clientId,
      },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo(_context, indicator) {
          const resource = resources.find(({ audience }) => audience === indicator) ?? noSuchService();
          return {
            scope: Object.keys(resource.scopes).join(" "),
            audience: resource.audience,
            accessTokenFormat: "opaque",
            accessTokenTTL: accessTokenSeconds,
          };
        },
      },
    },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    cookies: { keys: [randomBytes(32).toString("base64")] },
    pkce: { required: () => true },
    rotateRefreshToken: true,
    ttl: {
      AccessToken: accessTokenSeconds,
      Grant: 86_400,
      Session: 86_400,
      RefreshToken: 86_400,
      Interaction: 3_600,
      IdToken: 3_600,
      AuthorizationCode: 60,
    },
  };
}

/** What a person sees and answers: first who they are, then whether they agree. */
async function interact(
  provider: Provider,
  { people, resources }: LoginSpec,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { prompt, params, session, uid } = await provider.interactionDetails(request, response);
  const resource = resources.find(({ audience }) => audience === params["resource"]);
  const person = people.find(({ id }) => id === session?.accountId);
  const action = `/interaction/${uid}`;
  if (request.method !== "POST") {
    const scopes = word(params["scope"]).split(" ");
    const page =
      prompt.name === "login" || !person
        ? signInPage(action, people)
        : consentPage(action, {
            client: "Deputy",
            service: resource?.title ?? "Fernway account",
            email: person.email,
            wants: [...wishes(scopes, resource)],
          });
    response.writeHead(200, { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" });
    response.end(String(await page));
    return;
  }
  const form = new URLSearchParams(await text(request));
  const finish = (result: Parameters<Provider["interactionFinished"]>[2]): Promise<void> =>
    provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true });
  if (prompt.name === "login") {
    const account = people.find(({ id }) => id === form.get("account"));
    return account
      ? finish({ login: { accountId: account.id } })
      : finish({ error: "access_denied", error_description: "Nobody signed in." });
  }
  if (form.get("consent") !== "yes" || !person)
    return finish({ error: "access_denied", error_description: "They did not agree." });
  return finish({ consent: { grantId: await grantFor(provider, params, person) } });
}

function wishes(scopes: readonly string[], resource: Resource | undefined): string[] {
  const words: Readonly<Record<string, string>> = {
    email: "Know your mail address",
    offline_access: "Go on while you are away, until you or Deputy end it",
    ...resource?.scopes,
  };
  return scopes.flatMap((scope) => words[scope] ?? []);
}

async function grantFor(
  provider: Provider,
  params: Readonly<Record<string, unknown>>,
  person: FernwayPerson,
): Promise<string> {
  const grant = new provider.Grant({ accountId: person.id, clientId: word(params["client_id"]) });
  const scope = word(params["scope"]);
  grant.addOIDCScope(scope);
  if (params["resource"] !== undefined) grant.addResourceScope(word(params["resource"]), scope);
  return grant.save();
}

function word(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** oidc-provider warns on the console that Node 20 and http on loopback are nothing for production. */
async function quietly<T>(make: () => Promise<T>): Promise<T> {
  const { warn, info, log, error } = console;
  const mute = (): void => undefined;
  Object.assign(console, { warn: mute, info: mute, log: mute, error: mute });
  try {
    return await make();
  } finally {
    Object.assign(console, { warn, info, log, error });
  }
}
