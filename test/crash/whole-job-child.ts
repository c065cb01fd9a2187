// The whole product as a process that may be killed: plays Ana, who asks once, answers what is asked, and waits for the
// result. Started again over the same folder it goes on where it is. Prints `result` when there is one.
//
// Arguments: data folder, and the failpoint at which it kills itself (`none` for none).

import { readFile } from "node:fs/promises";
import process from "node:process";
import { startApp } from "../../src/app.ts";
import { failpointNames } from "../../src/base/failpoints.ts";
import { localPeople } from "../../src/chat/local/cast.ts";
import type { LocalMessage, LocalRoom } from "../../src/chat/local/room.ts";
import { loadConfig } from "../../src/config/load-config.ts";

const [folder = "", point = "none"] = process.argv.slice(2);
const dieAt = failpointNames.find((name) => name === point);
const [ana] = localPeople;
if (!ana) throw new Error("no people");
const me = ana.key;

const app = await startApp({
  config: loadConfig({
    env: { DEPUTY_DATA: folder, PORT: "0", DEPUTY_LOG_LEVEL: "error", DEPUTY_LEASE_MS: "3000" },
    cwd: folder,
  }),
  role: "all",
  log: { to: "stderr" },
  failpoint: (name) => {
    if (name === dieAt) process.kill(process.pid, "SIGKILL");
    return undefined;
  },
});
const room = app.localChat?.room;
if (!room) throw new Error("no local chat");

room.subscribe(
  (event) => {
    if (event.kind === "message") void attend(room, event.message);
  },
  { since: 0 },
);
if (room.history("sales").length === 0) {
  await room.say({
    as: me,
    channel: "sales",
    text: "@deputy summarise this file",
    files: [{ name: "orders.csv", content: await readFile(new URL("./orders.csv", import.meta.url)) }],
  });
}

async function attend(chat: LocalRoom, message: LocalMessage): Promise<void> {
  if (message.content.kind !== "deputy") return;
  const { body } = message.content;
  if (body.kind === "result") process.stdout.write("result\n");
  const [option] = body.kind === "attention" ? body.options : [];
  if (option) {
    await chat
      .click({ as: me, messageId: message.id, action: option.action, value: option.value })
      .catch(() => undefined); // decided meanwhile
  }
}

setInterval(() => undefined, 60_000);
