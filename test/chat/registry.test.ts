import { readdir } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { chatPlatforms } from "../../src/chat/registry.ts";

/** What the platforms share; each other folder is a platform. */
const shared = ["prose"];

describe("chat/registry", () => {
  it("lists every platform folder on disk", async () => {
    const entries = await readdir(new URL("../../src/chat/", import.meta.url), { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);

    expect([...Object.keys(chatPlatforms), ...shared].toSorted()).toEqual(folders.toSorted());
  });

  it("loads what opens the platform", async () => {
    expect(await chatPlatforms.local()).toBeTypeOf("function");
  });
});
