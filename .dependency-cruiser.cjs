// The floors of src, from the ground up. A folder may import from floors below its own, never from its own or above.
const floors = [
  ["base"],
  ["domain"],
  ["config", "telemetry", "policy", "net"],
  ["store", "queue", "workspace", "model", "chat"],
  ["vault", "audit"],
  ["grants", "approvals"],
  ["tools"],
  ["runtime"],
  ["gateway"],
  ["workers", "web"],
];
const at = (names) => `^src/(?:${names.join("|")})(?:/|\\.ts$)`;
const upward = floors.flatMap((floor, level) =>
  floor.map((folder) => ({
    name: `${folder}-looks-up`,
    severity: "error",
    comment: `src/${folder} is on floor ${level}; it may import only from the floors under it`,
    from: { path: at([folder]) },
    to: {
      path: at([
        ...floors
          .slice(level)
          .flat()
          .filter((other) => other !== folder),
        "app",
        "main",
        "cli",
      ]),
    },
  })),
);
const only = (name, folder, packages) => ({
  name,
  severity: "error",
  from: { path: "^src/", pathNot: folder },
  to: { path: `node_modules/(?:${packages.join("|")})/` },
});
module.exports = {
  forbidden: [
    { name: "no-circle", severity: "error", from: {}, to: { circular: true } },
    {
      name: "no-unknown-folder",
      severity: "error",
      from: { path: "^src/[^/]+/", pathNot: at([...floors.flat(), "app", "cli"]) },
      to: {},
    },
    ...upward,
    only("drizzle-stays-in-store", "^src/store/", ["drizzle-orm", "better-sqlite3", "pg"]),
    only("bullmq-stays-in-queue", "^src/queue/", ["bullmq", "ioredis", "p-queue"]),
    only("openai-stays-in-model", "^src/model/", ["openai", "tokenx"]),
    only("openid-client-stays-in-grants", "^src/grants/", ["openid-client"]),
    only("undici-stays-in-net", "^src/net/", ["undici", "ipaddr\\.js"]),
    only("croner-stays-in-wall-time", "^src/domain/wall-time\\.ts$", ["croner"]),
    only("hono-stays-in-web", "^src/web/", ["hono", "@hono/[^/]+"]),
    only("yaml-stays-in-config", "^src/config/", ["yaml"]),
    only("slack-stays-in-its-folder", "^src/chat/slack/", ["@slack/[^/]+"]),
    only("teams-stays-in-its-folder", "^src/chat/teams/", ["botbuilder", "botframework-[^/]+"]),
    only("mcp-stays-in-tools", "^src/tools/mcp/", ["@modelcontextprotocol/sdk"]),
    only("pino-stays-in-telemetry", "^src/telemetry/", ["pino", "prom-client", "@opentelemetry/[^/]+"]),
    {
      name: "traces-load-late",
      severity: "error",
      comment: "OpenTelemetry is slow to load, so it is imported where a collector is set and not before",
      from: { path: "^src/", pathNot: "^src/telemetry/(?:otel-tracing|span-words|span-export)\\.ts$" },
      to: { path: "^src/telemetry/(?:otel-tracing|span-words|span-export)\\.ts$", dynamic: false },
    },
    only("commander-stays-in-cli", "^src/cli/", ["commander"]),
  ],
  options: {
    parser: "swc",
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      extensions: [".ts", ".js"],
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "types"],
    },
  },
};
