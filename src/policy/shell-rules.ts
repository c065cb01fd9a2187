// The shipped rules on commands, as data (POL-7). A command runs without asking because of the sandbox, never because of how it reads;
// one that can't be shown for what it is is asked for.

import type { PolicyRule } from "./contract.ts";

const mostChars = 10_000;

const aboutCommands = {
  layer: "org",
  match: { tool: "run_command" },
  decision: "ask",
  approvers: ["requester", "managers"],
  quorum: 1,
  notRequester: false,
} as const;

export const shellRules: readonly PolicyRule[] = [
  {
    ...aboutCommands,
    name: "shell-too-long",
    where: [{ path: "/command", op: "count_gt", value: mostChars }],
    examples: { match: [], noMatch: [] },
  },
  {
    ...aboutCommands,
    name: "shell-hidden-characters",
    where: [
      {
        path: "/command",
        op: "matches",
        value: String.raw`[\x00-\x08\x0b-\x1f\x7f-\x9f\x{200b}-\x{200f}\x{202a}-\x{202e}\x{2060}-\x{206f}\x{feff}]`,
      },
    ],
    examples: {
      match: [{ tool: "run_command", arguments: { command: "ls \u202E" } }],
      noMatch: [{ tool: "run_command", arguments: { command: "cd a\n\tls -l" } }],
    },
  },
];
