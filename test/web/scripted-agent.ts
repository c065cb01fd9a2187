// A small agent for the chat page: takes a file, asks one question, hands the file back. Speaks through the port only.

import type { ChatPlatform, Receive } from "../../src/chat/contract.ts";
import type { ConversationAddress } from "../../src/domain/conversation.ts";
import { asPersonKey } from "../../src/domain/ids.ts";
import type { InboundEvent, InboundMessage } from "../../src/domain/inbound.ts";
import type { Attention, RunCard } from "../../src/domain/outbox.ts";
import { aButton, aCard, aNotice, anAttention, aResult } from "../chat/outgoing.ts";

export interface ScriptedAgent {
  readonly receive: Receive;
  readonly heard: InboundEvent[];
  /** Refuses what it hears while this is true. */
  away: boolean;
}

const ana = asPersonKey("local:local:ana");
const steps = ["Read the file", "Ask what is unclear", "Write the report"];

/** `platform` is asked for late: the agent is made before the chat. */
export function createScriptedAgent(platform: () => ChatPlatform): ScriptedAgent {
  const jobs = new Map<string, Job>();
  const agent: ScriptedAgent = {
    heard: [],
    away: false,
    async receive(event) {
      if (agent.away) throw new Error("the agent is away");
      agent.heard.push(event);
      const { thread } = event.conversation;
      const job = jobs.get(thread);
      if (event.kind === "action" && job) await onAction(job, event);
      if (event.kind !== "message" || !event.mentionsAgent || job) return;
      jobs.set(thread, await begin(platform(), event));
    },
  };
  return agent;
}

interface Job {
  readonly platform: ChatPlatform;
  readonly at: ConversationAddress;
  readonly request: InboundMessage;
  readonly card: string;
  readonly question: string;
}

async function begin(platform: ChatPlatform, request: InboundMessage): Promise<Job> {
  const at = request.conversation;
  await platform.react(at, request.messageId, "eyes");
  await platform.setStatus(at, "processing");
  const card = await platform.post(at, { key: "card" }, cardAt(0), []);
  await platform.edit(at, card, { ...cardAt(1), state: "Waiting for you" });
  const question = await platform.post(
    at,
    { key: "question" },
    aQuestion(request.text.includes("many") ? 6 : 2),
    [],
  );
  await platform.setStatus(at, "suspended");
  return { platform, at, request, card, question };
}

async function onAction(job: Job, event: Extract<InboundEvent, { kind: "action" }>): Promise<void> {
  const { platform, at, card } = job;
  if (event.action === "run.stop" && event.author.key !== ana) {
    await platform.whisper(at, event.author.key, aNotice("Only Ana may stop this run. Ask her."));
  } else if (event.action === "run.stop") {
    await platform.edit(at, card, { ...cardAt(1), state: "Stopped", line: "Stopped by Ana.", buttons: [] });
    await platform.setStatus(at, "active");
  } else {
    await finish(job, event);
  }
}

async function finish({ platform, at, card, question, request }: Job, event: InboundEvent): Promise<void> {
  if (event.kind !== "action") return;
  const chosen = event.text ?? aQuestion(6).options.find(({ value }) => value === event.value)?.label;
  const decided = `${event.author.name} chose ${chosen}`;
  await platform.edit(at, question, { ...aQuestion(0), decided });
  await platform.edit(at, card, { ...cardAt(3), state: "Done", buttons: [] });
  const parts: Uint8Array[] = [];
  for (const file of request.files) for await (const part of await platform.download(file)) parts.push(part);
  const content = Buffer.concat(parts);
  const file = { name: "report.csv", sha256: "a".repeat(64), sizeBytes: content.length };
  const text = `Read **${content.length} bytes**.\n\n| Region | Sum |\n|---|--:|\n| ${chosen} | 12 |\n\n<img src=x onerror=alert(1)> @channel`;
  await platform.post(
    at,
    { key: "result" },
    aResult({ title: `The report on ${chosen}`, text, mention: ana, files: [file] }),
    [{ name: "report.csv", content }],
  );
  await platform.setStatus(at, "active");
}

function cardAt(done: number): RunCard {
  const stateOf = (index: number) => (index < done ? "done" : index === done ? "doing" : "todo");
  return aCard({
    title: "Report on the file",
    steps: steps.map((text, index) => ({ text, state: stateOf(index) })),
    spentUsd: 0.1 * done,
    capUsd: 5,
    buttons: [
      aButton({
        action: "run.stop",
        value: "run_1",
        label: "Stop",
        style: "danger",
        confirm: "Stop this run? Files made so far are kept.",
      }),
    ],
  });
}

function aQuestion(options: number): Attention {
  const labels = ["Europe", "World", "Asia", "Africa", "Oceania", "Americas"].slice(0, options);
  return anAttention({
    options: labels.map((label, index) => aButton({ label, value: `wait_1.${index}` })),
    freeText: aButton({ value: "wait_1", label: "Something else" }),
    footer: "Without an answer by 2027-01-05 12:30 UTC I take Europe.",
  });
}
