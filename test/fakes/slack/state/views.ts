// A view as Slack shows it in answers and payloads.

import { ids } from "../ids.ts";
import type { FakeView, Shape } from "../types.ts";
import type { Team } from "./world.ts";

export function wireView(it: FakeView, team: Team, values: Shape = {}): Shape {
  const modal = it.type === "modal";
  return {
    id: it.id,
    team_id: team.id,
    app_id: ids.app,
    app_installed_team_id: team.id,
    bot_id: team.botId,
    callback_id: "",
    private_metadata: "",
    external_id: "",
    clear_on_close: false,
    notify_on_close: false,
    title: modal ? null : { type: "plain_text", text: "View Title", emoji: true },
    close: null,
    submit: null,
    ...it.view,
    state: { values },
    hash: it.hash,
    root_view_id: it.root,
    previous_view_id: it.previous ?? null,
  };
}
