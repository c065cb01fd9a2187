// Every attack of the suite, with SQLite. Nothing here is about what outlasts a crash, so no commit waits for the disk.

import { describe } from "vitest";
import { createSqliteStore } from "../../src/store/sqlite.ts";
import { describeAttacks } from "./suite.ts";

describe("hostile", () => {
  describeAttacks(() => createSqliteStore({ path: ":memory:" }), 1);
});
