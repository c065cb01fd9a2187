// The product as `deputy start` and `deputy worker` run it, with one of the tool sets beside its own tools. Settings come from
// the environment. Arguments: role and tool set.

import process from "node:process";
import { serve } from "../../src/cli/serve.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { type ToolSet, toolSets } from "./tool-sets.ts";

const [role, set] = process.argv.slice(2);
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by test/app/fleet.ts
const tools = toolSets[set as ToolSet];
if (role !== "web" && role !== "worker" && role !== "all") throw new Error(`No such role: ${role}`);

const alive = setInterval(() => undefined, 60_000);
const config = loadConfig({ env: { ...process.env, DEPUTY_ROLE: role }, cwd: process.cwd() });
process.exitCode = await serve({ config, role, log: { to: "stdout" }, tools }, () => undefined);
clearInterval(alive);
process.stdout.write("", () => process.exit());
