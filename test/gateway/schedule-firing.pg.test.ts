// SC2 with two processes on one Postgres: nothing is serialized for us there.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { fireSchedule } from "../../src/gateway/schedule-firing.ts";
import { createPostgresStore } from "../../src/store/postgres.ts";
import { type PostgresServer, postgresIsInstalled, startPostgresServer } from "../servers/postgres.ts";
import { createGatewayWorld, type Gateway, type GatewayWorld } from "./gateway-world.ts";
import { addSchedule, endRun, firedRuns, ownThread, scheduleNow } from "./schedule-world.ts";

const hour = 3_600_000;

describe.skipIf(!postgresIsInstalled())("gateway/schedule-firing", () => {
  let server: PostgresServer;
  let world: GatewayWorld;
  let other: Gateway;
  beforeAll(async () => {
    server = await startPostgresServer();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    const store = await createPostgresStore({ url: await server.createDatabase() });
    world = await createGatewayWorld({ store });
    other = world.another();
  });
  afterEach(() => world.close());

  it("SC2, SF1: makes one run of each firing that two sweepers take at once", async () => {
    const schedule = await addSchedule(world);
    for (let firing = 1; firing <= 5; firing += 1) {
      world.clock.jump(hour);
      await Promise.all(
        [world.gateway, other, world.gateway, other].map((by) =>
          fireSchedule(by.desk, by.scheduling, schedule),
        ),
      );
      await world.settle();
      await other.delivery.idle();

      const runs = await firedRuns(world);
      expect(runs).toHaveLength(firing);
      const last = runs.at(-1);
      if (last) await endRun(world, last);
    }
    expect(await scheduleNow(world)).toMatchObject({ nextAt: (schedule.nextAt ?? 0) + 5 * hour });
    expect(await ownThread(world)).toHaveLength(1);
  });
});
