// The rules that always hold, whatever the file says, and what holds where no rule speaks (POL-2).
//
//   BR1  Money, destruction and administration always need a second person (APR-3).
//   BR2  The rule of two (TNT-3): who has read strangers' words and has seen private matters does nothing that leaves this place without
//        a person. Strangers' words alone are enough for writes to shared systems.
//        Strangers' words are no reason to ask the web for an address that nobody gave (EGR-3), or to remember anything (TNT-6).
//   BR3  What nobody vouches for is never done, and only asked for where it reads (I11).

import type { PolicyRequest } from "../domain/policy.ts";
import { readShell } from "../domain/shell-text.ts";
import type { EffectClass } from "../domain/step.ts";
import { isTainted } from "../domain/taint.ts";
import type { ReadyRule } from "./contract.ts";

/** Part of the version of every policy: raised when this file changes what is decided. */
export const builtinVersion = 2;

const grave: ReadonlySet<EffectClass> = new Set(["money", "destructive", "admin"]);
const shared: ReadonlySet<EffectClass> = new Set(["write-external", ...grave]);
const harmless: ReadonlySet<EffectClass> = new Set(["read", "chat", "own-state"]);
/** Tools that carry text of the model's own into the web. */
const webTools: ReadonlySet<string> = new Set(["fetch_url"]);

const sawPrivate = ({ taint }: PolicyRequest): boolean => taint.private.length > 0;
const sawExternal = ({ taint }: PolicyRequest): boolean => isTainted(taint);
const inEmployeeMode = ({ mode }: PolicyRequest): boolean => mode === "employee";
const isShared = ({ effect }: PolicyRequest): boolean => shared.has(effect);
const isFreeWebRequest = ({ tool, destinationGiven }: PolicyRequest): boolean =>
  webTools.has(tool) && destinationGiven !== true;
const isStranger = ({ personKind }: PolicyRequest): boolean =>
  personKind !== undefined && personKind !== "member";

const asks = { decision: "ask", lifts: false, quorum: 1 } as const;

export const builtinRules: readonly ReadyRule[] = [
  {
    ...asks,
    name: "four-eyes",
    because: "what moves money, destroys or administers needs a second person",
    notRequester: true,
    applies: ({ effect }) => grave.has(effect),
  },
  {
    ...asks,
    name: "taint-rule-of-two",
    because: "it has read words of strangers and has seen private matters",
    notRequester: (request) => inEmployeeMode(request) && isShared(request),
    applies: (request) =>
      sawExternal(request) && sawPrivate(request) && (isShared(request) || isFreeWebRequest(request)),
  },
  {
    ...asks,
    name: "taint-shared-write",
    because: "it has read words of strangers",
    notRequester: inEmployeeMode,
    applies: (request) => sawExternal(request) && isShared(request),
  },
  {
    ...asks,
    name: "destination-not-given",
    because: "where it goes to is not what the person or the operator gave",
    notRequester: false,
    applies: (request) => request.destinationGiven === false && isShared(request),
  },
  {
    ...asks,
    name: "web-address-not-given",
    because: "it has read words of strangers, and nobody gave or showed it this exact address",
    notRequester: false,
    applies: (request) => sawExternal(request) && isFreeWebRequest(request),
  },
  {
    ...asks,
    name: "tainted-memory",
    because: "it has read words of strangers, and what it keeps is told to later work",
    notRequester: false,
    applies: (request) => sawExternal(request) && request.tool === "remember",
  },
  {
    ...asks,
    name: "stranger-asked",
    because: "who asked for it is a guest or from another organisation",
    notRequester: true,
    applies: (request) => isStranger(request) && isShared(request),
  },
  {
    ...asks,
    name: "shell-unreadable",
    because: "the command can't be read for what it is",
    notRequester: false,
    applies: ({ tool, arguments: args }) => tool === "run_command" && isUnreadable(args),
  },
  {
    ...asks,
    name: "uncatalogued-tool",
    decision: "deny",
    because: "nobody vouches for what it does",
    notRequester: false,
    applies: ({ known, effect }) => known === undefined && !harmless.has(effect),
  },
  {
    ...asks,
    name: "own-account-reads",
    decision: "allow",
    lifts: true,
    notRequester: false,
    applies: ({ mode, effect, known, identity }) =>
      mode === "employee" && effect === "read" && known === "server" && identity === "agent",
  },
];

/** POL-7: for display only, and no reason to let anything pass. */
function isUnreadable(args: unknown): boolean {
  const command: unknown =
    typeof args === "object" && args !== null && "command" in args ? args.command : undefined;
  return typeof command !== "string" || readShell(command).kind === "unreadable";
}

/** What holds where no rule speaks. An `allow` of the layer org lifts an ask. */
export function decisionWithoutRule({ known, effect, mode }: PolicyRequest): "allow" | "ask" {
  if (known === "builtin") return shared.has(effect) ? "ask" : "allow";
  return known === "server" && effect === "read" && mode === "assistant" ? "allow" : "ask";
}
