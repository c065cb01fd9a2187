// `deputy audit verify` without the command around it: every line read, every hash and signature looked at.

import { writeFile } from "node:fs/promises";
import { toolEvent } from "../../harness/audit-event.mjs";
import { product } from "../../harness/product.mjs";
import { makeScratch } from "../../harness/scratch.mjs";

const [
  { exportedLine, noHash, openLine, placedLine },
  { verifyExport },
  { newKeyPair, signer, signLine },
  { linesOf },
] = await Promise.all(
  ["domain/audit-line.js", "audit/verify.js", "audit/signatures.js", "cli/read-lines.js"].map(product),
);

export async function openSubject() {
  const scratch = await makeScratch();
  return {
    async measure({ events }) {
      const file = scratch.nextFile(".ndjson");
      await writeFile(file, exportOf(events).join("\n"));

      const began = performance.now();
      const { result } = await verifyExport(linesOf(file));
      const seconds = (performance.now() - began) / 1_000;

      if (result !== "ok") throw new Error(`The export is ${result}`);
      return { seconds };
    },
    close: () => scratch.remove(),
  };
}

function exportOf(events) {
  const lines = [];
  let head = noHash;
  for (let seq = 1; seq <= events; seq += 1) {
    const chained = placedLine(openLine(toolEvent("run_1", seq, Date.now())), seq, head);
    head = chained.hash;
    lines.push(exportedLine(chained));
  }
  const pair = newKeyPair();
  const time = new Date().toISOString();
  const checkpoint = { kind: "checkpoint", tenant: "local", seq: events, head, time, key: pair.id };
  const signature = signLine(checkpoint, signer(pair));
  lines.push(JSON.stringify({ ...checkpoint, signature }));
  lines.push(JSON.stringify({ kind: "key", id: pair.id, public_key: pair.publicKey }));
  return lines;
}
