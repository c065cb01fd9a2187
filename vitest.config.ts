import { defineConfig } from "vitest/config";

// Test files of a project share their modules (`isolate: false`): nearly half of the time went into loading the same ones for each file.

const shared = { setupFiles: ["./test/setup.ts"], testTimeout: 20_000, hookTimeout: 60_000 };

/** In CI, on machines that other work slows down. Never where a second try would hide a lost race. */
const patient = { testTimeout: 60_000, retry: process.env["CI"] === undefined ? 0 : 1 };

export default defineConfig({
  test: {
    maxWorkers: 4,
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
      { test: { ...shared, name: "redis", include: ["test/**/*.redis.test.ts"], isolate: false } },
      { test: { ...shared, name: "sandbox", include: ["test/**/*.sandbox.test.ts"], isolate: false } },
      { test: { ...shared, name: "pg", include: ["test/**/*.pg.test.ts"], isolate: false } },
      {
        test: {
          ...shared,
          name: "crash",
          maxConcurrency: 6,
          globalSetup: "./test/crash/compile.ts",
          include: ["test/**/*.crash.test.ts"],
          testTimeout: 180_000,
        },
      },
      { test: { ...shared, name: "e2e", include: ["test/**/*.e2e.test.ts"], isolate: false, ...patient } },
      { test: { ...shared, name: "browser", include: ["test/**/*.browser.test.ts"], ...patient } },
    ],
  },
});
