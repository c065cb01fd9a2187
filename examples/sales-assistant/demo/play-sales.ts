// `npm run demo -- --story sales`: Ana asks for the renewal of Acme, connects her accounts in her browser, approves the letter, and has it
// sent once. Everything in it is real but the people, the company and, without a key, the model.

import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../../src/base/clock.ts";
import { localPeople } from "../../../src/chat/local/cast.ts";
import type { CliContext, Output } from "../../../src/cli/contract.ts";
import { perform, type Stage } from "../../../src/cli/demo/perform.ts";
import { type SalesWorld, startSalesWorld } from "../world/world.ts";
import { createVisit, type Visit } from "./visit.ts";

/** An access and a refresh token of each of the two accounts. */
const tokensInAll = 4;

const opening = `Ana, who sells for Fernway, asks Deputy for a renewal. Fernway's sign-in, CRM and mail run beside it, on this machine.
Deputy has no account there: it works with Ana's, and only after she has said so in her own browser.`;

export async function playSales(context: CliContext): Promise<number> {
  const [ana] = localPeople;
  if (!ana) throw new TypeError("The local chat has nobody in it");
  const world = await startSalesWorld();
  const visit = createVisit();
  let isIn = false;
  try {
    return await perform(context, {
      folder: "demo-sales",
      env: {
        DEPUTY_CONFIG: fileURLToPath(new URL("../deputy.config.yml", import.meta.url)),
        ...world.settings,
      },
      opening,
      yourself: "npm run dev -- --sales",
      story: (stage) => ({
        as: ana.key,
        channel: `dm-${ana.id}`,
        text: "Please prepare the renewal of Acme.",
        ponderMs: 1_000,
        async open(url) {
          // The chat page is open in her browser; its link works once.
          if (!isIn && stage.app.chatUrl !== undefined) await visit.open(stage.app.chatUrl);
          isIn = true;
          await connect(visit, stage, url);
        },
      }),
      afterwards: async (stage) => {
        await tellRights(stage);
        await givenBack(world);
        tellWorld(world, stage.out);
      },
    });
  } finally {
    await world.close();
  }
}

/** The consent, over HTTP, page by page. The sign-in knows her browser from the second time on. */
async function connect(visit: Visit, { out }: Stage, url: string): Promise<void> {
  const say = (words: string): void => void out.write(`        ${words}\n`);
  await visit.open(`${url}?as=ana`);
  say(`Ana's browser opens the link that only she got: “${visit.heading()}”`);
  const next = (): string | undefined => ["Go on to", "Ana", "Allow"].find((words) => visit.offers(words));
  for (let button = next(); button !== undefined; button = next()) {
    await visit.press(button);
    say(`she presses “${button}”, and is at ${visit.page().url.host}: “${visit.heading()}”`);
  }
}

async function tellRights({ app, out }: Stage): Promise<void> {
  const { steps, run } = await app.edges.store.read(async (tx) => {
    const [newest] = await tx.runs.list({ limit: 1 });
    return { run: newest, steps: newest ? await tx.steps.list(newest.id, 0) : [] };
  });
  const whose = (identity: string | undefined): string =>
    identity === undefined || identity === "agent" ? "its own" : `${run?.subjectName ?? identity}'s`;
  out.write("\nWhose rights each step used (`runs show` has it all):\n");
  for (const { tool, identity, state } of steps) {
    if (tool !== undefined) out.write(`  ${tool.padEnd(22)} ${whose(identity).padEnd(9)} ${state}\n`);
  }
}

const givenBackMs = 10_000;

/** The sweeper gives accounts back within seconds of the end of their work. */
async function givenBack({ login }: SalesWorld): Promise<void> {
  const until = systemClock.now() + givenBackMs;
  while (login.givenBack() < tokensInAll && systemClock.now() < until) await sleep(100);
}

/** As the services saw it. */
function tellWorld({ crm, mail, login }: SalesWorld, out: Output): void {
  const [letter] = mail.sent;
  const logged = crm.calls.filter(({ tool }) => tool === "log_activity");
  out.write("\nWhat Fernway saw:\n");
  for (const [name, { calls }] of Object.entries({ CRM: crm, Mail: mail }))
    out.write(
      `  ${name.padEnd(5)} ${calls.map(({ tool, person }) => `${tool} as ${person}`).join(", ") || "nothing"}\n`,
    );
  out.write(
    `  Letters sent: ${mail.sent.length}${letter ? `, to ${letter.to}` : ""}. Activities logged: ${logged.length}.\n`,
  );
  out.write(
    `  Tokens given back when the work ended: ${login.givenBack()} of ${tokensInAll}, two of each account.\n`,
  );
}
