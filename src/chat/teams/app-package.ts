// The app package: manifest and icons in one archive, to be uploaded as it is.

import { type Colour, png } from "./png.ts";
import { iconFiles, type TeamsManifest } from "./manifest.ts";
import { zip } from "./zip.ts";

export function appPackage(manifest: TeamsManifest): Buffer {
  return zip([
    { name: "manifest.json", content: Buffer.from(`${JSON.stringify(manifest, undefined, 2)}\n`) },
    { name: iconFiles.color, content: colorIcon() },
    { name: iconFiles.outline, content: outlineIcon() },
  ]);
}

const ground: Colour = [0x1f, 0x3a, 0x5f, 255];
const white: Colour = [255, 255, 255, 255];
const clear: Colour = [255, 255, 255, 0];

/** 192 points: a white tick on the app's own blue. */
export function colorIcon(): Buffer {
  return png(192, (x, y) => (isTick(x, y, 0.055) ? white : ground));
}

/** 32 points: white lines and nothing behind them. */
export function outlineIcon(): Buffer {
  return png(32, (x, y) => (isTick(x, y, 0.05) || isRing(x, y) ? white : clear));
}

function isTick(x: number, y: number, half: number): boolean {
  return near({ x, y }, [0.3, 0.52, 0.44, 0.66], half) || near({ x, y }, [0.44, 0.66, 0.71, 0.36], half);
}

function isRing(x: number, y: number): boolean {
  return Math.abs(Math.hypot(x - 0.5, y - 0.5) - 0.44) < 0.035;
}

type Line = readonly [fromX: number, fromY: number, toX: number, toY: number];

function near(
  { x, y }: { readonly x: number; readonly y: number },
  [ax, ay, bx, by]: Line,
  half: number,
): boolean {
  const length = (bx - ax) ** 2 + (by - ay) ** 2;
  const along = Math.min(1, Math.max(0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length));
  return Math.hypot(x - ax - along * (bx - ax), y - ay - along * (by - ay)) <= half;
}
