// What is known of an outside service's way of OAuth: data, so that another service is another file.
//
//   PV1  PKCE with S256 is sent wherever the service can take it. What deviates from the standard says why.
//   PV2  Endpoints are https. A name leads to one service, whatever an answer of it says.

import type { ServerMetadata } from "openid-client";

export interface Provider {
  readonly name: string;
  /** As people know it. */
  readonly title: string;
  readonly server: ProviderServer;
  /** `off` only for services that do not know it. */
  readonly pkce: "required" | "if-advertised" | "off";
  readonly scopeSeparator: " " | ",";
  /** What is asked for with every capability, such as what makes the service tell who it is. */
  readonly always: readonly string[];
  /** Capabilities that need no configuration; those of the configuration come on top and win. */
  readonly scopes: Readonly<Record<string, readonly string[]>>;
  /** How the client proves itself at the token endpoint. */
  readonly clientAuth: "post" | "basic";
  /** Where the account's id and name come from. */
  readonly account: ProviderAccount;
  readonly revocation: ProviderRevocation;
  /** Can the agent have tokens of its own by client credentials? */
  readonly clientCredentials: boolean;
  readonly quirks: readonly ProviderQuirk[];
  /** Known by name, without discovery. */
  readonly builtIn?: boolean;
}

export type ProviderServer =
  | { readonly kind: "discovered"; readonly issuer: string }
  | {
      readonly kind: "fixed";
      /** What `iss` would have to be, and what the tokens are kept under. */
      readonly issuer: string;
      readonly authorizationEndpoint: string;
      readonly tokenEndpoint: string;
    }
  | ResourceServer
  /** As it describes itself; read and checked (src/grants/discovery). */
  | { readonly kind: "described"; readonly metadata: ServerMetadata };

/** An MCP server: who authorizes for it, it says itself (MCP-2). */
export interface ResourceServer {
  readonly kind: "resource";
  /** As in the configuration. */
  readonly name: string;
  readonly url: string;
  /** Issuers that we may register with by ourselves (MCP-3). */
  readonly registrationAllow: readonly string[];
}

export type ProviderAccount =
  | { readonly kind: "id-token" }
  /** `GET url` with the token; `id` and `label` are members of its JSON. */
  | { readonly kind: "request"; readonly url: string; readonly id: string; readonly label: string }
  /** The members of the token answer itself, by path. */
  | { readonly kind: "answer"; readonly id: string; readonly label: string }
  | { readonly kind: "unknown" };

export type ProviderRevocation =
  /** RFC 7009, at the endpoint of the metadata or this one. */
  | { readonly kind: "standard"; readonly endpoint?: string }
  /** A request of the service's own: client authentication by Basic, the token in a JSON body. `{client_id}` in the address. */
  | { readonly kind: "own"; readonly method: "DELETE" | "POST"; readonly url: string }
  /** The service has none that takes a token outside an address; people revoke in its settings. */
  | { readonly kind: "none" };

/** One deviation, and why it is there. */
export type ProviderQuirk = { readonly why: string } & (
  | { readonly quirk: "authorization-parameters"; readonly parameters: Readonly<Record<string, string>> }
  /** Failures come with status 200: the member that names them is read as an OAuth error. */
  | { readonly quirk: "errors-with-200"; readonly error: string }
  | { readonly quirk: "json-token-request" }
  | { readonly quirk: "no-token-type" }
  /** What is granted under the wide name includes the others, which are then left out of the answer. */
  | { readonly quirk: "scopes-folded"; readonly folds: Readonly<Record<string, readonly string[]>> }
);
