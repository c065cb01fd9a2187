// Pictures made by code: a PNG of a function that gives the colour of each point.

import { crc32, deflateSync } from "node:zlib";

/** Red, green, blue and opacity, 0 to 255. */
export type Colour = readonly [number, number, number, number];

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** `at` gets places from 0 to 1; each point is the mean of sixteen, so that edges are smooth. */
export function png(size: number, at: (x: number, y: number) => Colour): Buffer {
  const rows = Array.from({ length: size }, (_, y) => {
    const row = Buffer.alloc(1 + size * 4); // filter 0
    for (let x = 0; x < size; x += 1) row.set(mean(size, { x, y }, at), 1 + x * 4);
    return row;
  });
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6, 0, 0, 0], 8); // eight bits, RGBA
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.concat(rows), { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

const fine = 4;

function mean(
  size: number,
  { x, y }: { readonly x: number; readonly y: number },
  at: (x: number, y: number) => Colour,
): readonly number[] {
  const sum = [0, 0, 0, 0];
  for (let n = 0; n < fine * fine; n += 1) {
    const [red, green, blue, opacity] = at(
      (x + ((n % fine) + 0.5) / fine) / size,
      (y + (Math.floor(n / fine) + 0.5) / fine) / size,
    );
    [red * opacity, green * opacity, blue * opacity, opacity].forEach((value, part) => {
      sum[part] = (sum[part] ?? 0) + value;
    });
  }
  const [red = 0, green = 0, blue = 0, opacity = 0] = sum;
  const over = opacity === 0 ? 1 : opacity;
  return [red / over, green / over, blue / over, opacity / (fine * fine)].map(Math.round);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
