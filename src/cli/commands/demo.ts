// `deputy demo`: the whole main job in the terminal on embedded defaults, in a folder of its own; ends by itself.

import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { localPeople } from "../../chat/local/cast.ts";
import { cannotRead } from "../cannot-read.ts";
import type { AddCommand, CliContext } from "../contract.ts";
import { perform } from "../demo/perform.ts";

const request =
  "@deputy please summarise this sales file for me: totals, by region and by month, and what stands out. " +
  "I'd like a short report I can forward.";

export const addDemo: AddCommand = (program, context, finish) => {
  program
    .command("demo")
    .description("play the main job once: a person asks with a file, Deputy works, asks, and reports")
    .option("--file <csv>", "the file to ask about", exampleFile())
    .option("--json", "one JSON value at the end; the transcript goes to stderr")
    .action(async ({ file, json }: { file: string; json?: boolean }) => {
      const [ana] = localPeople;
      if (!ana) throw new TypeError("The local chat has nobody in it");
      const opening = "Deputy does one job from start to end.";
      const asked = { as: ana.key, channel: "sales", text: request, file: await readable(file, context) };
      const story = () => ({ ...asked, ponderMs: 1_500 });
      finish(
        await perform(context, {
          folder: "demo",
          opening,
          story,
          yourself: "npm run dev",
          json: json ?? false,
        }),
      );
    });
};

/** Found before anything is started. */
async function readable(file: string, { cwd }: CliContext): Promise<string> {
  const found = path.resolve(cwd, file);
  await readFile(found).catch((error: unknown) => {
    throw cannotRead(file, error);
  });
  return found;
}

function exampleFile(): string {
  return fileURLToPath(new URL("../../../examples/sales-2026.csv", import.meta.url));
}
