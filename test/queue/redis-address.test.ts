import { describe, expect, it } from "vitest";
import { BadRedisAddress } from "../../src/queue/errors.ts";
import { parseRedisAddress } from "../../src/queue/redis-address.ts";

describe("queue/redis-address", () => {
  it("takes one server by its URL", () => {
    expect(parseRedisAddress({ url: "rediss://user:secret@redis.example:6380/2" })).toEqual({
      kind: "server",
      url: "rediss://user:secret@redis.example:6380/2",
    });
  });

  it("takes the nodes of a cluster, with the first one's credentials for all", () => {
    const address = parseRedisAddress({
      url: "redis://ignored",
      clusterNodes: [
        "rediss://deputy:s%3Acret@one.example:7000",
        "two.example:7001",
        "[::1]:7002",
        "three.example",
      ],
    });

    expect(address).toEqual({
      kind: "cluster",
      username: "deputy",
      password: "s:cret",
      tls: true,
      nodes: [
        { host: "one.example", port: 7000 },
        { host: "two.example", port: 7001 },
        { host: "::1", port: 7002 },
        { host: "three.example", port: 6379 },
      ],
    });
  });

  it.each([
    ["nothing", {}],
    ["another protocol", { url: "http://redis.example" }],
    ["no host", { url: "redis://" }],
    ["no URL", { url: "redis.example" }],
    ["a bad node", { clusterNodes: ["one.example:7000", "two.example:port"] }],
  ])("I14: refuses %s and says what to write", (_name, options) => {
    expect(() => parseRedisAddress(options)).toThrow(BadRedisAddress);
  });

  it("does not show the password of an address that it refuses", () => {
    expect(() => parseRedisAddress({ url: "http://user:hunter2@redis.example" })).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining("hunter2") }),
    );
  });
});
