// What passed only when it was tried again, named at the end of a run in CI: each is a lost race, of the test or of the product.

import type { Reporter, TestCase, TestModule } from "vitest/node";

function flakyIn(module: TestModule): readonly TestCase[] {
  return [...module.children.allTests("passed")].filter((test) => test.diagnostic()?.flaky === true);
}

export const secondTries: Reporter = {
  onTestRunEnd(modules) {
    for (const module of modules) {
      for (const test of flakyIn(module)) {
        process.stdout.write(`Second try: ${module.relativeModuleId} > ${test.fullName}\n`);
      }
    }
  },
};
