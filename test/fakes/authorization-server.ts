// A strict authorization server on loopback (oidc-provider): PKCE, rotation with reuse detection, revocation, `iss`. People log in
// by a cookie `account`, and consent at once unless `refuse` is set. Counts what is asked of it.

import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Configuration, Provider } from "oidc-provider";

export interface AuthorizationServer {
  readonly issuer: string;
  readonly port: number;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Requests to the token endpoint by `grant_type`. */
  readonly asked: Map<string, number>;
  /** Tokens that were revoked here. */
  readonly revoked: string[];
  /** Scopes that are left out of what people consent to. */
  withheld: readonly string[];
  /** The person says no. */
  refuse: boolean;
  /** Called before the token endpoint answers: to hang, to break, to count. */
  beforeToken: ((response: ServerResponse) => Promise<"answer" | "broken">) | undefined;
  /** Of which account, for what, with which scopes an access token is; undefined where it is none of ours, or is over. */
  tokenOf(token: string): Promise<KnownToken | undefined>;
  /** Registrations that were made here: what was sent. */
  readonly registered: Readonly<Record<string, unknown>>[];
  /** Parameters of every request to the authorization and token endpoints. */
  readonly requests: { readonly path: string; readonly params: Readonly<Record<string, unknown>> }[];
  /** What metadata says is changed before it is sent. */
  rewrite: ((metadata: Record<string, unknown>) => unknown) | undefined;
  /** The account that an access token is of. */
  accountOf(token: string): Promise<string | undefined>;
  close(): Promise<void>;
}

export interface KnownToken {
  readonly account: string;
  readonly audience: string | undefined;
  readonly scopes: readonly string[];
}

export interface ServerSpec {
  readonly redirectUris: readonly string[];
  readonly accessTokenSeconds?: number;
  readonly scopes?: readonly string[];
  /** Claims of an account; by default `<account>@corp.example`. */
  readonly emailOf?: (account: string) => string;
  readonly clientId?: string;
  /** The client proves itself by one of these keys (`private_key_jwt`), and by no secret. */
  readonly clientKeys?: readonly object[];
  /**
   * Resource indicators: address → its scopes. A request for scopes that names no resource, or another one, is refused
   * (RFC 8707).
   */
  readonly resources?: Readonly<Record<string, string>>;
  /** Clients register themselves (RFC 7591). */
  readonly registers?: boolean;
  /** Client ids that are addresses of documents are taken. */
  readonly clientDocuments?: boolean;
  /** Like Slack: claims of its own in the ID token. */
  readonly claims?: Readonly<Record<string, (account: string) => string>>;
}

export async function startAuthorizationServer(spec: ServerSpec): Promise<AuthorizationServer> {
  const http = createServer();
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const address = http.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const issuer = `http://127.0.0.1:${port}`;
  const clientId = spec.clientId ?? "deputy";
  const clientSecret = "a-secret-of-the-client-that-nobody-guesses";
  const provider = await quietly(async () => {
    const { Provider: Made, errors } = await import("oidc-provider");
    const unknownTarget = (): never => {
      throw new errors.InvalidTarget("resource indicator is missing, or unknown");
    };
    return new Made(issuer, configuration(spec, { clientId, clientSecret, unknownTarget }));
  });
  const server: AuthorizationServer = {
    issuer,
    port,
    clientId,
    clientSecret,
    asked: new Map(),
    revoked: [],
    withheld: [],
    refuse: false,
    beforeToken: undefined,
    registered: [],
    requests: [],
    rewrite: undefined,
    async tokenOf(token) {
      const found = await provider.AccessToken.find(token);
      if (found === undefined) return undefined;
      const { accountId, aud, scope = "" } = found;
      return {
        account: accountId,
        audience: typeof aud === "string" ? aud : undefined,
        scopes: scope.split(" ").filter((one) => one !== ""),
      };
    },
    async accountOf(token) {
      return (await provider.AccessToken.find(token))?.accountId;
    },
    close: () => closed(http),
  };
  provider.use(async (context, next) => {
    if (context.path === "/token" && (await server.beforeToken?.(context.res)) === "broken") {
      context.respond = false;
      context.req.socket.destroy();
      return;
    }
    await next();
    noteRequest(server, context.path, context["oidc"]?.params ?? {});
    const body: unknown = context.body;
    const answered = noteAnswer(server, context.path, body);
    if (answered !== body) context.body = answered;
  });
  const answer = provider.callback();
  http.on("request", (request: IncomingMessage, response: ServerResponse) => {
    if (request.url?.startsWith("/interaction/")) {
      interact(provider, server, request, response).catch(() => response.writeHead(500).end());
      return;
    }
    void answer(request, response);
  });
  return server;
}

/** Puts down what was asked for. */
function noteRequest(
  server: AuthorizationServer,
  path: string,
  params: Readonly<Record<string, unknown>>,
): void {
  if (path === "/token") {
    const grant = word(params["grant_type"]);
    server.asked.set(grant, (server.asked.get(grant) ?? 0) + 1);
  }
  if (path === "/token/revocation") server.revoked.push(word(params["token"]));
  if (path === "/token" || path === "/auth") server.requests.push({ path, params: { ...params } });
}

/** What is answered instead of `body`. */
function noteAnswer(server: AuthorizationServer, path: string, body: unknown): unknown {
  if (!isObject(body)) return body;
  if (path === "/reg" && "client_id" in body) server.registered.push({ ...body });
  return path.includes("/.well-known/") && server.rewrite ? server.rewrite({ ...body }) : body;
}

interface Fixed {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly unknownTarget: () => never;
}

function configuration(
  {
    redirectUris,
    accessTokenSeconds = 3_600,
    resources,
    scopes = resources === undefined ? ["mail.read", "mail.send"] : [],
    emailOf,
    claims = {},
    registers = false,
    clientDocuments = false,
    clientKeys,
  }: ServerSpec,
  { clientId, clientSecret, unknownTarget }: Fixed,
): Configuration {
  return {
    clients: [
      {
        client_id: clientId,
        ...(clientKeys === undefined
          ? { client_secret: clientSecret, token_endpoint_auth_method: "client_secret_post" as const }
          : { jwks: { keys: [...clientKeys] }, token_endpoint_auth_method: "private_key_jwt" as const }),
        redirect_uris: [...redirectUris],
        grant_types: ["authorization_code", "refresh_token", "client_credentials"],
        response_types: ["code"],
        application_type: "web",
      },
    ],
    scopes: ["openid", "email", "offline_access", ...scopes],
    claims: { openid: ["sub", ...Object.keys(claims)], email: ["email", "email_verified"] },
    conformIdTokenClaims: false,
    findAccount: (_context, id) => ({
      accountId: id,
      claims: async () => ({
        sub: id,
        email: emailOf?.(id) ?? `${id}@corp.example`,
        email_verified: true,
        ...Object.fromEntries(Object.entries(claims).map(([name, of]) => [name, of(id)])),
      }),
    }),
    features: {
      devInteractions: { enabled: false },
      revocation: { enabled: true, allowedPolicy: async () => true },
      clientCredentials: { enabled: true },
      userinfo: { enabled: true },
      registration: { enabled: registers },
      ...(clientDocuments ? { clientIdMetadataDocument: { enabled: true, ack: "draft-02" } } : {}),
      ...(resources === undefined ? {} : { resourceIndicators: onlyFor(resources, unknownTarget) }),
    },
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    cookies: { keys: ["a-key-for-tests"] },
    pkce: { required: () => true },
    rotateRefreshToken: true,
    ttl: {
      AccessToken: accessTokenSeconds,
      ClientCredentials: accessTokenSeconds,
      RefreshToken: 86_400,
      Grant: 86_400,
      Session: 86_400,
      Interaction: 3_600,
      IdToken: 3_600,
      AuthorizationCode: 60,
    },
  };
}

function onlyFor(resources: Readonly<Record<string, string>>, refused: () => never): object {
  return {
    enabled: true,
    defaultResource: refused,
    useGrantedResource: () => false,
    getResourceServerInfo: (_context: unknown, indicator: string) => {
      const scope = resources[indicator] ?? refused();
      return { scope, audience: indicator, accessTokenFormat: "opaque" };
    },
  };
}

async function interact(
  provider: Provider,
  server: AuthorizationServer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
  if (server.refuse) {
    await provider.interactionFinished(request, response, { error: "access_denied" });
    return;
  }
  const account = /(?:^|;\s*)account=([^;]+)/.exec(request.headers.cookie ?? "")?.[1] ?? "nobody";
  if (prompt.name === "login") {
    await provider.interactionFinished(request, response, { login: { accountId: account } });
    return;
  }
  const grant =
    (grantId === undefined ? undefined : await provider.Grant.find(grantId)) ??
    new provider.Grant({ accountId: session?.accountId ?? account, clientId: word(params["client_id"]) });
  const scopes = word(params["scope"]).split(" ");
  const granted = scopes.filter((scope) => !server.withheld.includes(scope)).join(" ");
  grant.addOIDCScope(granted);
  const resource = word(params["resource"]);
  if (resource !== "") grant.addResourceScope(resource, granted);
  if (server.withheld.length > 0) grant.rejectOIDCScope(server.withheld.join(" "));
  const id = await grant.save();
  await provider.interactionFinished(
    request,
    response,
    { consent: { grantId: id } },
    { mergeWithLastSubmission: true },
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Buffer.isBuffer(value);
}

function word(value: unknown): string {
  return typeof value === "string" ? value : "";
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
}

/** oidc-provider warns on the console about what is meant here. */
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
