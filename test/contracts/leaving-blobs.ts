// How blobs go, run by each driver (F6).

import { expect, it } from "vitest";
import { type BlobStore, sha256Of } from "../../src/workspace/blobs.ts";

export function leavingBlobsContract(current: () => BlobStore): void {
  const content = Buffer.from("figures of May");
  const sha256 = sha256Of(content);
  const streamed = async (): Promise<string> => {
    const pieces: Buffer[] = [];
    for await (const piece of current().stream(sha256)) pieces.push(piece);
    return Buffer.concat(pieces).toString();
  };

  it("F6: what is set aside is read as before, and gone when it is dropped", async () => {
    const blobs = current();
    await blobs.put(content);
    await blobs.setAside(sha256);
    await blobs.setAside(sha256);
    expect(await blobs.has(sha256)).toBe(false);
    expect(await blobs.get(sha256)).toEqual(content);
    expect(await streamed()).toBe(content.toString());
    await blobs.dropAside(sha256);
    await blobs.dropAside(sha256);
    await expect(blobs.get(sha256)).rejects.toMatchObject({ code: "workspace.blob_missing" });
    await expect(streamed()).rejects.toMatchObject({ code: "workspace.blob_missing" });
  });

  it("F6: what is brought back is as it was", async () => {
    const blobs = current();
    await blobs.put(content);
    await blobs.setAside(sha256);
    await blobs.bringBack(sha256);
    await blobs.bringBack(sha256);
    expect(await blobs.has(sha256)).toBe(true);
    await blobs.dropAside(sha256);
    expect(await blobs.get(sha256)).toEqual(content);
  });

  it("F6: the same content that is kept meanwhile stays, whatever becomes of what was set aside", async () => {
    const blobs = current();
    await blobs.put(content);
    await blobs.setAside(sha256);
    expect(await blobs.put(content)).toBe(sha256);
    await blobs.dropAside(sha256);
    expect(await blobs.get(sha256)).toEqual(content);
    await blobs.setAside(sha256);
    await blobs.put(content);
    await blobs.bringBack(sha256);
    expect(await blobs.get(sha256)).toEqual(content);
  });

  it("F6: what was never there can't be set aside", async () => {
    await current().setAside(sha256);
    await current().bringBack(sha256);
    expect(await current().has(sha256)).toBe(false);
  });
}
