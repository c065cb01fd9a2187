// Bubblewrap with the same arguments and nothing around it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { product } from "../../harness/product-place.mjs";
import { medianMs, openSandboxPlace } from "../../harness/sandbox-place.mjs";

const [{ bubblewrapArguments }, { makeKit, removeKit }, { findControlFiles }] = await Promise.all(
  ["tools/sandbox/profile.js", "tools/sandbox/kit.js", "tools/sandbox/control-files.js"].map(product),
);

export async function openSubject() {
  const place = await openSandboxPlace();
  const kit = await makeKit(process.execPath);
  const files = await place.workspace.location();
  const profile = { ...kit, files, controls: findControlFiles(files), temporaryBytes: 2 ** 28 };
  const args = bubblewrapArguments(profile).filter((word) => word !== "--json-status-fd" && word !== "3");
  return {
    async measure({ launches }) {
      return {
        medianMs: await medianMs(launches, async () => {
          const child = spawn("bwrap", [...args, "/bin/bash", "-c", "true"], { stdio: "ignore", env: {} });
          const [code] = await once(child, "exit");
          if (code !== 0) throw new Error(`bubblewrap ended with ${code}`);
        }),
      };
    },
    async close() {
      await removeKit(kit);
      await place.close();
    },
  };
}
