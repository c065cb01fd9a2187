import { describe, expect, it } from "vitest";
import { downloadPath } from "../../src/tools/download-path.ts";
import { parsePath } from "../../src/workspace/workspace-path.ts";

const pathOf = (url: string, contentType = ""): string =>
  downloadPath({ url, contentType, body: Buffer.from("x") });

describe("tools/download-path", () => {
  it.each([
    [
      "https://example.com/files/Report%202026.pdf?x=1",
      "application/pdf",
      "downloads/Report-2026-2d711642.pdf",
    ],
    ["https://example.com/export.php", "application/zip", "downloads/export-2d711642.zip"],
    ["https://example.com/data.parquet", "", "downloads/data-2d711642.parquet"],
    ["https://example.com/", "image/png", "downloads/example-com-2d711642.png"],
    ["https://example.com/%E6%9C%80%E7%B5%82", "", "downloads/最終-2d711642.bin"],
    ["https://example.com/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "", "downloads/etc-passwd-2d711642.bin"],
    ["https://example.com/.bashrc", "", "downloads/bashrc-2d711642.bin"],
    ["https://example.com/%ff%00", "", "downloads/ff-00-2d711642.bin"],
    ["https://example.com/---", "", "downloads/file-2d711642.bin"],
  ])("names what came from %s", (url, contentType, path) => {
    expect(pathOf(url, contentType)).toBe(path);
  });

  it("makes a name that can be written of any address", () => {
    expect(parsePath(pathOf(`https://example.com/${encodeURIComponent("𝒳".repeat(500))}`))).toHaveLength(2);
  });
});
