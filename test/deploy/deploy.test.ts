// deploy/: what can be known of it without Docker. That the image builds and starts is not shown here.

import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { builtinSlices } from "../../src/config/builtin-slices.ts";
import type { Slices } from "../../src/config/contract.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const read = (file: string): string => readFileSync(path.join(root, file), "utf8");

const Service = z.object({
  image: z.string(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  volumes: z.array(z.string()).default([]),
  secrets: z.array(z.string()).default([]),
  stop_grace_period: z.string().optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.literal("service_healthy") })).default({}),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
});
const Compose = z.object({
  services: z.record(z.string(), Service),
  volumes: z.record(z.string(), z.unknown()),
  secrets: z.record(z.string(), z.object({ file: z.string() })),
});
const compose = Compose.parse(parse(read("deploy/compose.yaml"), { merge: true }));
const own = Object.entries(compose.services).filter(([, { image }]) => image === "deputy");

const slices: Slices = builtinSlices;
const settings = new Map(
  Object.values(slices).flatMap((slice) =>
    Object.values(slice.settings).map((setting): [string, boolean] => [setting.name, setting.secret]),
  ),
);

/** Instructions of the Dockerfile, with continued lines joined. */
const instructions = read("deploy/Dockerfile")
  .replace(/^#.*$/gm, "")
  .replace(/\\\n\s*/g, " ")
  .split("\n")
  .filter((line) => line.trim() !== "");
const lastStage = instructions.slice(instructions.findLastIndex((line) => line.startsWith("FROM ")));

describe("deploy: compose.yaml", () => {
  it("has the doors and the workers as services of one image", () => {
    expect(own.map(([name, { environment }]) => [name, environment["DEPUTY_ROLE"]])).toEqual([
      ["web", "web"],
      ["worker", "worker"],
    ]);
  });

  it.each(own)(
    "%s sets nothing that is no setting, and no secret in plain text",
    (_name, { environment }) => {
      const unknown = Object.keys(environment).filter((name) =>
        name.endsWith("_FILE") ? settings.get(name.slice(0, -5)) !== true : !settings.has(name),
      );
      const plain = Object.entries(environment).filter(
        ([name, value]) => settings.get(name) === true && /:\/\/[^/]*@/.test(value),
      );

      expect(unknown).toEqual([]);
      expect(plain).toEqual([]);
    },
  );

  it.each(own)("%s reads the secrets that it is given, and all of them exist", (_name, service) => {
    const files = Object.entries(service.environment).filter(([name]) => name.endsWith("_FILE"));

    expect(files.map(([, file]) => file.replace("/run/secrets/", "")).toSorted()).toEqual(
      service.secrets.toSorted(),
    );
    expect(service.secrets.filter((name) => !(name in compose.secrets))).toEqual([]);
  });

  it.each(own)("%s has the shared folder, the time for a stop, and servers that are up", (_name, service) => {
    expect(service.volumes).toEqual(["data:/data"]);
    expect("data" in compose.volumes).toBe(true);
    expect(Number.parseInt(service.stop_grace_period ?? "", 10)).toBeGreaterThan(25);
    for (const name of Object.keys(service.depends_on)) {
      expect(compose.services[name]?.healthcheck).toBeDefined();
    }
  });
});

describe("deploy: Dockerfile", () => {
  it("runs the command of the package, and not as root", () => {
    const { bin } = z
      .object({ bin: z.object({ deputy: z.string() }) })
      .parse(JSON.parse(read("package.json")));

    expect(lastStage).toContain(`ENTRYPOINT ["node", "/app/${bin.deputy}"]`);
    expect(lastStage).toContain("USER node");
  });

  it("copies what is there and what its ignore file lets through", () => {
    const copied = instructions
      .filter((line) => line.startsWith("COPY ") && !line.includes("--from="))
      .flatMap((line) => line.split(/\s+/).slice(1, -1));
    const allowed = read("deploy/Dockerfile.dockerignore")
      .split("\n")
      .filter((line) => line.startsWith("!"))
      .map((line) => line.slice(1));

    expect(copied.filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
    expect(copied.toSorted()).toEqual(allowed.toSorted());
  });

  it("sets settings only", () => {
    const names = lastStage
      .filter((line) => line.startsWith("ENV "))
      .flatMap((line) => [...line.matchAll(/(\w+)=/g)].map(([, name = ""]) => name));

    expect(names.filter((name) => !settings.has(name))).toEqual([]);
  });

  it("builds and runs on one major version of Node", () => {
    const bases = instructions.filter((line) => line.startsWith("FROM "));

    expect(bases.map((line) => /node:(\d+)-/.exec(line)?.[1])).toEqual(["24", "24"]);
  });
});
