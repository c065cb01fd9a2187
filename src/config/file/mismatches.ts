// What in the configuration file must fit together: names that are used must be declared, and declared once.

import type { ConfigFile } from "../config-file-schema.ts";
import { nearestName } from "../nearest-name.ts";
import type { FilePath } from "./yaml-source.ts";
import type { FileProblem } from "./zod-problems.ts";

export function findMismatches(settings: ConfigFile): readonly FileProblem[] {
  return [
    ...repeated("agents", settings.agents),
    ...repeated("policy", settings.policy),
    ...repeated("schedules", settings.schedules),
    ...unknownAgents(settings),
    ...unknownConnections(settings),
    ...unknownGroups(settings),
  ];
}

function repeated(list: string, entries: readonly { readonly name: string }[]): FileProblem[] {
  return entries.flatMap(({ name }, at) =>
    entries.findIndex((other) => other.name === name) === at
      ? []
      : [
          {
            path: [list, at, "name"],
            message: `"${name}" is the name of an earlier entry; names are unique.`,
          },
        ],
  );
}

function unknownAgents(settings: ConfigFile): FileProblem[] {
  const known = settings.agents.map(({ name }) => name);
  return [
    ...Object.entries(settings.channels).flatMap(([id, { agent }]) =>
      undeclared("agent", agent, known, ["channels", id, "agent"]),
    ),
    ...settings.schedules.flatMap(({ agent }, at) =>
      undeclared("agent", agent, known, ["schedules", at, "agent"]),
    ),
  ];
}

function unknownConnections(settings: ConfigFile): FileProblem[] {
  const known = Object.keys(settings.connections);
  return [
    ...settings.agents.flatMap(({ connections }, at) =>
      connections.flatMap((name, place) =>
        undeclared("connection", name, known, ["agents", at, "connections", place]),
      ),
    ),
    ...Object.entries(settings.mcp).flatMap(([server, { connection }]) =>
      undeclared("connection", connection, known, ["mcp", server, "connection"]),
    ),
  ];
}

function unknownGroups(settings: ConfigFile): FileProblem[] {
  const known = Object.keys(settings.groups);
  const check = (approvers: readonly string[], path: FilePath): FileProblem[] =>
    approvers.flatMap((approver, at) =>
      approver.startsWith("group:")
        ? undeclared("group", approver.slice("group:".length), known, [...path, at])
        : [],
    );
  return [
    ...settings.policy.flatMap(({ approvers }, at) => check(approvers, ["policy", at, "approvers"])),
    ...Object.entries(settings.channels).flatMap(([id, { approvers }]) =>
      check(approvers, ["channels", id, "approvers"]),
    ),
  ];
}

function undeclared(
  what: string,
  name: string | undefined,
  known: readonly string[],
  path: FilePath,
): FileProblem[] {
  if (name === undefined || known.includes(name)) return [];
  const nearest = nearestName(name, known);
  const hint = nearest === undefined ? `declare it under ${what}s` : `did you mean ${nearest}?`;
  return [{ path, message: `there is no ${what} "${name}"; ${hint}${nearest === undefined ? "." : ""}` }];
}
