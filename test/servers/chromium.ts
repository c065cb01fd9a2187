// Debian's Chromium for browser tests, with a fresh profile and nothing that talks to the network by itself.

import { type Browser, chromium } from "playwright-core";

/** Where Debian puts it. */
const executablePath = "/usr/bin/chromium";

export function startChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
