/** How long tests wait for what comes by itself: only ends a hang, so longer where other work slows the machine down. */
export const patienceMs = process.env["CI"] === undefined ? 15_000 : 40_000;
