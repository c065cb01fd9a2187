// Builds dist: compiles src, copies what is not TypeScript, makes the command executable. With `--if-absent` only where there is none:
// so that `npm start` works in a fresh clone.

import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const at = (...parts) => path.join(root, ...parts);
if (process.argv.includes("--if-absent") && existsSync(at("dist", "main.js"))) process.exit(0);

rmSync(at("dist"), { recursive: true, force: true });
const compiled = spawnSync(process.execPath, [at("node_modules", "typescript", "bin", "tsc"), "-p", root], {
  stdio: "inherit",
});
if (compiled.status !== 0) process.exit(compiled.status ?? 1);
cpSync(at("src", "web", "assets"), at("dist", "web", "assets"), {
  recursive: true,
  filter: (source) => !source.endsWith("jsconfig.json"),
});
const command = at("dist", "main.js");
if (existsSync(command)) chmodSync(command, 0o755);
