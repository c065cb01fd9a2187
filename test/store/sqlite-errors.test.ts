import { SqliteError } from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { StoreUnavailable } from "../../src/store/errors.ts";
import { sqliteFailure } from "../../src/store/sqlite-errors.ts";

describe("store/sqlite-errors", () => {
  it.each(["SQLITE_PROTOCOL", "SQLITE_BUSY_SNAPSHOT", "SQLITE_IOERR_FSYNC"])(
    "takes %s for a database that is away",
    (code) => {
      const told = sqliteFailure(new SqliteError("locking protocol", code), "/data/deputy.db");
      expect(told).toBeInstanceOf(StoreUnavailable);
      expect(told).toMatchObject({ message: expect.stringContaining("/data/deputy.db") });
    },
  );

  it("leaves what is a fault of ours as it was", () => {
    const bug = new SqliteError("no such table", "SQLITE_ERROR");
    expect(sqliteFailure(bug, "/data/deputy.db")).toBe(bug);
  });
});
