// A Slack that others wrote (npm `emulate`), as a process of its own: it keeps state behind the Web API and delivers nothing.
// Prints its address. Started by test/app/slack-emulator.e2e.test.ts; needs Node 22.15.

import { createEmulator } from "emulate";

const [port = "0", seed = "{}"] = process.argv.slice(2);
const emulator = await createEmulator({
  service: "slack",
  port: Number(port),
  seed: { slack: JSON.parse(seed) as unknown },
});
process.stdout.write(`${emulator.url}\n`);
