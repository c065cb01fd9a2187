// The version in package.json, wherever this file runs from (`src` or `dist`).

import { readFileSync } from "node:fs";
import { z } from "zod";

const Manifest = z.object({ version: z.string() });

export function version(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return Manifest.parse(JSON.parse(text)).version;
}
