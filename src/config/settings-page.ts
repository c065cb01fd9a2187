// docs/settings.md, made from the declarations of the settings, so that the page cannot be out of date.

import type { Setting, Slice, Slices } from "./contract.ts";

export function settingsPage(slices: Slices): string {
  const groups = Object.values(slices).map(table);
  return `${[intro, ...groups].join("\n\n")}\n`;
}

const intro = `# Settings

Set these in the environment. A name that starts with \`DEPUTY_\` and is not listed here is an error. A blank value counts
as not set. A **secret** can also be given as a file: \`NAME_FILE=/run/secrets/name\`. Durations are \`90s\`, \`30m\`, \`24h\`, or
a plain number in the unit of the name. \`deputy config\` prints the values in effect, with secrets hidden.

Agents, connections, rules and channels are in the configuration file: [config-file.md](config-file.md).`;

function table(slice: Slice): string {
  const rows = Object.values(slice.settings).map(row);
  const note = slice.note === undefined ? [] : [slice.note, ""];
  return [
    `## ${slice.title}`,
    "",
    ...note,
    "| name | default | what it is |",
    "| --- | --- | --- |",
    ...rows,
  ].join("\n");
}

function row(setting: Setting<unknown>): string {
  const fallback = setting.fallback === undefined ? (setting.otherwise ?? "") : `\`${setting.fallback}\``;
  const secret = setting.secret ? " **Secret.**" : "";
  return `| \`${setting.name}\` | ${fallback} | ${setting.description}.${secret} |`;
}
