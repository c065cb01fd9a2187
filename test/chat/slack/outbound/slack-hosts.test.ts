import { expect, it } from "vitest";
import { slackHosts } from "../../../../src/chat/slack/outbound/slack-hosts.ts";

const apis = ["https://slack.com/api", "https://slack-gov.com/api", "http://127.0.0.1:4000/api"] as const;

it.each([
  [apis[0], "https://slack.com/api/files.info"],
  [apis[0], "https://files.slack.com/files-pri/T1-F1/a.csv"],
  [apis[1], "https://files.slack-gov.com/files-pri/T1-F1/a.csv"],
  [apis[2], "http://127.0.0.1:4000/upload/v1/F1"],
  [apis[2], "https://files.slack.com/files-pri/T1-F1/a.csv"],
])("SH1: with the Web API at %s the token may go to %s", (api, address) => {
  expect(slackHosts(api)(new URL(address))).toBe(true);
});

it.each([
  [apis[0], "http://slack.com/api/files.info"],
  [apis[0], "http://files.slack.com/files-pri/T1-F1/a.csv"],
  [apis[0], "https://files.slack.com.evil.example/a.csv"],
  [apis[0], "https://files.slack.com:8443/a.csv"],
  [apis[0], "https://me:secret@files.slack.com/a.csv"],
  [apis[0], "https://workspace.slack.com/?redir=a.csv"],
  [apis[2], "http://127.0.0.1:4001/upload/v1/F1"],
  [apis[2], "https://slack.com/api/files.info"],
])("SH1: with the Web API at %s the token does not go to %s", (api, address) => {
  expect(slackHosts(api)(new URL(address))).toBe(false);
});
