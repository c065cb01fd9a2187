// The services that need no endpoints in the configuration. Another one is a file and a line.

import type { Provider } from "./provider.ts";
import { atlassian } from "./providers/atlassian.ts";
import { github } from "./providers/github.ts";
import { google } from "./providers/google.ts";
import { hubspot } from "./providers/hubspot.ts";
import { linear } from "./providers/linear.ts";
import { microsoft } from "./providers/microsoft.ts";
import { notion } from "./providers/notion.ts";
import { salesforce } from "./providers/salesforce.ts";
import { slack } from "./providers/slack.ts";

export const providers: readonly Provider[] = [
  github,
  google,
  microsoft,
  slack,
  atlassian,
  hubspot,
  salesforce,
  notion,
  linear,
];
