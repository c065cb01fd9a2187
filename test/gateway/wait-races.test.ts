import { afterAll, beforeAll, describe } from "vitest";
import { createGatewayWorld, type GatewayWorld } from "./gateway-world.ts";
import { waitRaces } from "./wait-races.ts";

describe("gateway/wait-races on SQLite", () => {
  let world: GatewayWorld;
  beforeAll(async () => {
    world = await createGatewayWorld();
  });
  afterAll(() => world.close());

  waitRaces(() => world);
});
