// A person's accounts, for that person alone: which one is used, and the way out of each.

import type { Connection } from "../../domain/connection.ts";
import type { Attention, Button, Utterance } from "../../domain/outbox.ts";
import type { Person } from "../../domain/person.ts";
import type { NoticePlace } from "./notice.ts";

/** More would be no buttons any more (ux c.3). */
const mostButtons = 4;
const longestLabel = 24;

interface Shown {
  readonly at: NoticePlace;
  readonly key: string;
  readonly to: Pick<Person, "key" | "name">;
}

/** After `connect <name>`, of whom has some already. */
export function accountChoice(shown: Shown, name: string, accounts: readonly Connection[]): Utterance {
  const others = accounts.filter(({ isDefault }) => !isDefault).slice(0, mostButtons - 1);
  return whispered(shown, {
    title: `Your ${name} accounts`,
    lines: [...accounts.map(line), "Choose another one, or connect one more."],
    options: [
      ...others.map(useButton),
      { action: "connect.another", value: name, label: "Connect another", style: "plain" },
    ],
  });
}

/** After `accounts`. */
export function accountList(shown: Shown, accounts: readonly Connection[]): Utterance {
  const offered = accounts.slice(0, mostButtons);
  const rest = accounts.length - offered.length;
  const numbered = offered.map((one, n) => `${n + 1}. ${line(one).slice(2)}`);
  return whispered(shown, {
    title: "Your accounts",
    lines: [...numbered, ...(rest > 0 ? [`And ${rest} more: \`disconnect\` with a name ends them.`] : [])],
    options: offered.map(({ id }, n) => ({
      action: "connect.disconnect",
      value: id,
      label: `Disconnect ${n + 1}`,
      style: "danger",
    })),
  });
}

export function useButton({ id, account }: Connection): Button {
  const label = `Use ${account}`;
  return {
    action: "connect.use",
    value: id,
    label: label.length > longestLabel ? `${label.slice(0, longestLabel - 1).toWellFormed()}…` : label,
    style: "plain",
  };
}

function line({ name, account, state, isDefault, run }: Connection): string {
  const notes = [
    ...(isDefault && run === undefined && state === "active" ? ["this one is used"] : []),
    ...(run === undefined ? [] : ["for one piece of work only"]),
    ...(state === "active" ? [] : [`has to be connected again: \`connect ${name}\``]),
  ];
  return `• ${name}: ${account}${notes.length > 0 ? ` (${notes.join("; ")})` : ""}`;
}

function whispered(
  { at, key, to }: Shown,
  said: { readonly title: string; readonly lines: readonly string[]; readonly options: readonly Button[] },
): Utterance {
  const message: Attention = {
    kind: "attention",
    about: "grant",
    title: said.title,
    text: said.lines.join("\n"),
    mention: to.key,
    mentionName: to.name,
    options: [...said.options],
  };
  const { tenant, conversation } = at;
  return { key, tenant, conversation, op: { op: "whisper", to: to.key, message } };
}
