import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { builtinSlices } from "../../src/config/builtin-slices.ts";
import { settingsPage } from "../../src/config/settings-page.ts";

/** The names of the design. Others rely on them. */
const promised = [
  ..."DEPUTY_DATA DEPUTY_CONFIG HOST PORT DEPUTY_PUBLIC_URL DEPUTY_MASTER_KEY DEPUTY_LOG_LEVEL DEPUTY_ROLE".split(
    " ",
  ),
  ..."DATABASE_URL REDIS_URL REDIS_CLUSTER_NODES DEPUTY_BLOBS".split(" "),
  ..."OPENAI_API_KEY OPENAI_BASE_URL DEPUTY_MODEL DEPUTY_MODEL_API DEPUTY_CONTEXT_TOKENS".split(" "),
  ..."SLACK_BOT_TOKEN SLACK_SIGNING_SECRET SLACK_APP_TOKEN SLACK_TEAM_ID SLACK_CLIENT_ID".split(" "),
  ..."SLACK_CLIENT_SECRET SLACK_API_URL SLACK_OIDC_ISSUER".split(" "),
  ..."TEAMS_APP_ID TEAMS_APP_PASSWORD TEAMS_TENANT_ID TEAMS_LOGIN_URL TEAMS_OPENID_METADATA_URL".split(" "),
  ..."TEAMS_SERVICE_HOSTS DEPUTY_APPROVAL_TTL DEPUTY_CONSENT_TTL DEPUTY_LEASE_MS DEPUTY_SLICE_MS".split(" "),
  ..."DEPUTY_CHECK_IN_MINUTES DEPUTY_REFRESH_MARGIN_S DEPUTY_CHECKPOINT_S DEPUTY_EGRESS_ALLOW".split(" "),
  ..."OTEL_EXPORTER_OTLP_ENDPOINT METRICS_TOKEN".split(" "),
];

describe("config/settings-page", () => {
  it("is docs/settings.md as it stands (`npx vitest run test/config/settings-page.test.ts -u` writes it)", async () => {
    await expect(settingsPage(builtinSlices)).toMatchFileSnapshot("../../docs/settings.md");
  });

  it("has every name of the design", () => {
    const page = settingsPage(builtinSlices);

    expect(promised.filter((name) => !page.includes(`| \`${name}\` |`))).toEqual([]);
  });

  it("has the slice of every env file of the folder", async () => {
    const folder = new URL("../../src/config/", import.meta.url);
    const files = readdirSync(folder).filter((name) => /^env-.*\.ts$/.test(name));
    const slices = await Promise.all(
      files.map(async (name): Promise<unknown[]> => Object.values(await import(new URL(name, folder).href))),
    );

    const listed: readonly unknown[] = Object.values(builtinSlices);
    expect(files.length).toBe(listed.length);
    for (const exported of slices) expect(exported.some((value) => listed.includes(value))).toBe(true);
  });
});
