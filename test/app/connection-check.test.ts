import { describe, expect, it } from "vitest";
import { requireKnownServices } from "../../src/app/connection-check.ts";
import { ConfigFile } from "../../src/config/config-file-schema.ts";

const check = (connection: object) => () =>
  requireKnownServices({
    path: "deputy.config.yml",
    settings: ConfigFile.parse({ connections: { mail: connection } }),
  });

describe("app/connection-check", () => {
  it.each([
    ["gogle", 'connections.mail.provider: there is no built-in service "gogle"; did you mean google?'],
    ["acme", "built in are github, google"],
  ])("I14: refuses the service %s, and says what there is", (provider, problem) => {
    expect(check({ provider, client_id: "a" })).toThrow(problem);
  });

  it.each([
    { provider: "google", client_id: "a" },
    { issuer: "https://login.acme.example", client_id: "a" },
    {
      provider: "acme",
      authorization_endpoint: "https://acme.example/a",
      token_endpoint: "https://acme.example/t",
    },
    { grant: "standing" },
  ])("takes %o", (connection) => {
    expect(check(connection)).not.toThrow();
  });
});
