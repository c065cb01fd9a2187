// The product as a process that may be killed: started whole from its build, with tools that act on the world outside. Where it has
// the local chat, Ana asks there for what its parent tells her to ask, and settles every doubt by looking at the world.
//
// Argument: JSON of `{ role, env, folder, worldUrl, otherMachine? }`.

import { mkdir, writeFile } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import os from "node:os";
import path from "node:path";
import { effectTools } from "./effect-tools.mjs";
import { happened } from "./effect-world.mjs";
import { product } from "./product-place.mjs";

const { role, env, folder, worldUrl, otherMachine } = JSON.parse(process.argv[2]);
if (otherMachine) {
  os.hostname = () => otherMachine; // whose leases nobody here can judge: they have to run out
  syncBuiltinESMExports();
}
// Its acts outside are what is measured, so nobody is asked about them.
await mkdir(folder, { recursive: true });
await writeFile(
  path.join(folder, "deputy.config.yml"),
  "policy: [{ name: outside-is-known, match: { tool: 'do_*' }, decision: allow }]\n",
  { flag: "wx" },
).catch(() => undefined);
const [{ startApp }, { loadConfig }] = await Promise.all(["app.js", "config/load-config.js"].map(product));
const app = await startApp({
  config: loadConfig({
    env: { DEPUTY_DATA: folder, PORT: "0", DEPUTY_LOG_LEVEL: "error", ...env },
    cwd: folder,
  }),
  role,
  log: { to: process.env.BENCH_LOG ? "stderr" : { write: () => true } },
  tools: await effectTools(worldUrl),
});

const tell = (news) => process.send?.(news);
const room = app.localChat?.room;
const ana = "local:local:ana";

room?.subscribe(
  (event) => {
    if (event.kind === "message" && event.message.content.kind === "deputy") void attend(event.message);
  },
  { since: 0 },
);

async function attend({ id, content: { body, metadata } }) {
  const key = metadata?.event_payload.key ?? id;
  if (body.kind === "result") tell({ result: body.outcome, text: body.text, id, key });
  if (body.kind !== "attention" || body.about !== "doubt") return;
  const name = /"name":"([^"]+)"/.exec(body.text)?.[1] ?? "";
  tell({ doubt: name, id, key });
  const label = (await happened(worldUrl, name)) ? "It ran" : "Do it again";
  const option = body.options.find((one) => one.label === label);
  if (option === undefined) return;
  const { action, value } = option;
  await room.click({ as: ana, messageId: id, action, value }).catch(() => undefined); // decided meanwhile
}

async function sayAll(texts) {
  for (const text of texts) await room.say({ as: ana, channel: "sales", text: `@${room.agentName} ${text}` });
}

process.on("message", ({ say }) => void sayAll(say));
process.on("disconnect", () => process.exit());
tell({ ready: true, url: app.url });
