import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { patienceMs } from "./test/support/patience.ts";
import { secondTries } from "./test/support/second-tries.ts";

// Test files of a project share their modules (`isolate: false`): nearly half of the time went into loading the same ones for each file.

const compiledThreads = fileURLToPath(new URL("./test/support/start-thread.ts", import.meta.url));
const inCi = process.env["CI"] !== undefined;

// What times out is a bound on how long a failure takes, never a figure: CI runs on machines that other work slows down.
const shared = {
  setupFiles: ["./test/setup.ts"],
  alias: [{ find: /^\.\/start-thread\.ts$/, replacement: compiledThreads }],
  testTimeout: inCi ? 60_000 : 20_000,
  hookTimeout: inCi ? 180_000 : 60_000,
  expect: { poll: { timeout: patienceMs } },
};

/** For what talks to processes and servers: in CI alone, and named there, so that no lost race goes unseen. `npm run soak` tries once. */
const secondTry = { retry: inCi ? 1 : 0 };
const patient = { testTimeout: inCi ? 120_000 : 60_000, ...secondTry };

export default defineConfig({
  test: {
    maxWorkers: 4,
    reporters: inCi ? ["default", secondTries] : ["default"],
    globalSetup: "./test/support/compile-threads.ts",
    projects: [
      {
        test: {
          ...shared,
          name: "unit",
          isolate: false,
          include: ["test/**/*.test.ts"],
          exclude: ["test/**/*.{redis,pg,crash,browser,e2e,sandbox}.test.ts"],
        },
      },
      {
        test: {
          ...shared,
          ...secondTry,
          name: "redis",
          include: ["test/**/*.redis.test.ts"],
          isolate: false,
        },
      },
      {
        test: {
          ...shared,
          ...secondTry,
          name: "sandbox",
          include: ["test/**/*.sandbox.test.ts"],
          isolate: false,
        },
      },
      { test: { ...shared, ...secondTry, name: "pg", include: ["test/**/*.pg.test.ts"], isolate: false } },
      {
        test: {
          ...shared,
          ...secondTry,
          name: "crash",
          maxConcurrency: 6,
          globalSetup: "./test/support/compile-product.ts",
          include: ["test/**/*.crash.test.ts"],
          testTimeout: 400_000,
        },
      },
      {
        test: {
          ...shared,
          ...patient,
          name: "e2e",
          isolate: false,
          globalSetup: "./test/support/compile-product.ts",
          include: ["test/**/*.e2e.test.ts"],
        },
      },
      { test: { ...shared, name: "browser", include: ["test/**/*.browser.test.ts"], ...patient } },
    ],
  },
});
