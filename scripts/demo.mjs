// `npm run demo`: one job in the terminal. `-- --story sales` plays the one of examples/sales-assistant, with the CRM, the mail and the
// sign-in that it needs beside it.

import { parseArgs } from "node:util";

const { values, tokens } = parseArgs({ options: { story: { type: "string" } }, strict: false, tokens: true });
const { story = "file" } = values;

if (story === "sales") {
  const { playSales } = await import("../examples/sales-assistant/demo/play-sales.ts");
  const { env, stdout, stderr } = process;
  // The clock's timers don't keep a process alive.
  const alive = setInterval(() => undefined, 60_000);
  process.exitCode = await playSales({ env, cwd: process.cwd(), stdout, stderr });
  clearInterval(alive);
  stdout.write("", () => process.exit());
} else if (story === "file") {
  const own = tokens.find((token) => token.kind === "option" && token.name === "story");
  if (own) process.argv.splice(own.index + 2, own.inlineValue ? 1 : 2);
  process.argv.splice(2, 0, "demo");
  await import("../src/main.ts");
} else {
  console.error(`There is no story "${String(story)}". There are: file (the usual one), sales.`);
  process.exitCode = 2;
}
