// What is asked behind the agent's own command: answered at once, and to its author alone.
//
//   CM1  A command never starts a run and is never part of one. Every answer is private; what a stopped run still has to say
//        it says in its thread.
//   CM2  A command shows and stops what is its author's own in this tenant, nothing of anybody else.

import type { InboundCommand } from "../domain/inbound.ts";
import * as own from "../runtime/voice/own-work.ts";
import { refusedPlaces } from "../runtime/voice/replies.ts";
import { servedAt } from "./addressing.ts";
import type { Decision } from "./desk.ts";
import { type Heard, tellAuthor } from "./heard.ts";
import { mostShown, ownRuns } from "./own-runs.ts";
import { answerShared, isShared } from "./shared-verbs.ts";
import { stopRun } from "./stop-run.ts";
import { parseVerb, type Verb } from "./verbs.ts";
import { whyOf } from "./why.ts";

type Command = Heard<InboundCommand>;

const mostExplained = 3;

export async function answerCommand(d: Decision, command: Command): Promise<void> {
  const { event, conversation, rules } = command;
  const said = servedAt(event.author, { kind: conversation.address.kind, rules });
  if (said.kind === "refused") return tellAuthor(d, command, refusedPlaces[said.why]);
  if (said.kind === "addressed") await act(d, command, parseCommand(event.text));
}

/** Undefined for what is no command. Nothing at all is a call for help; `mute` needs no `!` here. */
function parseCommand(text: string): Verb | undefined {
  if (text.trim() === "") return { verb: "help" };
  return parseVerb(text) ?? parseVerb(`!${text.trim()}`);
}

async function act(d: Decision, command: Command, verb: Verb | undefined): Promise<void> {
  const { agent } = command.rules;
  if (verb && isShared(verb)) return answerShared(d, command, verb);
  switch (verb?.verb) {
    case undefined:
      return tellAuthor(d, command, own.unknownCommand(command.event.text, agent));
    case "status":
      return tellAuthor(d, command, own.ownStatus((await ownRuns(d, command)).slice(0, mostShown), d.now));
    case "stop":
      return stop(d, command);
    case "why":
      return tellAuthor(d, command, await explained(d, command));
    case "help":
      return tellAuthor(d, command, own.commandHelp(agent));
    case "mute":
    case "unmute":
      return mute(d, command, verb.verb === "mute");
    default:
      verb satisfies never;
  }
}

async function stop(d: Decision, command: Command): Promise<void> {
  const { author } = command.event;
  const all = await ownRuns(d, command);
  const here = all.filter((one) => one.here);
  const [first] = here;
  if (!first) return tellAuthor(d, command, own.nothingToStopHere(all.length));
  if (here.length > 1) {
    const at = { tenant: command.conversation.tenant, conversation: command.conversation.id };
    return d.say(own.stopChoice(at, `reply:${command.row.id}`, author.key, here));
  }
  await stopRun(d, first.run, author);
  await tellAuthor(d, command, own.stoppingOwn(first.run));
}

async function explained(d: Decision, command: Command): Promise<string> {
  const here = (await ownRuns(d, command)).filter((one) => one.here).slice(0, mostExplained);
  const texts: string[] = [];
  for (const { run } of here) texts.push(await whyOf(d, run, command.event.author.key));
  return texts.length > 0 ? texts.join("\n\n") : own.ownStatus([], d.now);
}

async function mute(d: Decision, command: Command, muted: boolean): Promise<void> {
  await d.tx.conversations.setChannelMuted(command.conversation.address, muted);
  await tellAuthor(d, command, muted ? own.channelMuted : own.channelUnmuted);
}
