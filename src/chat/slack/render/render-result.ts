// The one result or failure of a run (ux c.6, c.7): a new post that stands alone. Its files are posted beside it.
//
//   RR1  The first line says the outcome and what it is of, in at most 90 characters besides the mention.
//   RR2  The requester is mentioned where the message says so, and nobody else is (ux c.0 rules 10 and 11).

import type { ContextActionsBlock, KnownBlock } from "@slack/types";
import type { Button, ResultMessage } from "../../../domain/outbox.ts";
import { fitLabel } from "../../prose/fit-text.ts";
import { feedbackControl, feedbackValue } from "./action-id.ts";
import { foreign, link, mention, plain, withLocalDates } from "./mrkdwn.ts";
import { buttonRows, context, labelLimit, prose, section, smallMarkup } from "./parts.ts";
import type { RenderPlace } from "./slack-message.ts";

const titleLimit = 80;
const feedbackValueLimit = 1_900;

const outcomeWords: Readonly<Record<ResultMessage["outcome"], string>> = {
  done: "Done",
  failed: "Failed",
  stopped: "Stopped",
  expired: "Expired",
};

export function resultBlocks(result: ResultMessage, to: RenderPlace): readonly KnownBlock[] {
  const name = fitLabel(result.mentionName, 80, "");
  const who = result.mention === undefined ? "" : `${mention(result.mention, name, to)} `;
  const title = foreign(fitLabel(result.title, titleLimit, "Untitled"));
  const [thumbs, buttons] = apart(result.buttons);
  const details = to.detailsUrl === undefined ? "" : ` · ${link(to.detailsUrl, "Details")}`;
  return [
    section(`${who}*${outcomeWords[result.outcome]}* - ${title}`.trim()),
    ...prose(result.text, to),
    ...context(smallMarkup(result.footer, (line) => withLocalDates(foreign(line)) + details)),
    ...buttonRows(buttons),
    ...thumbs,
  ];
}

/** Both thumbs together are Slack's own control; one alone is a button like any other. */
function apart(buttons: readonly Button[]): readonly [readonly ContextActionsBlock[], readonly Button[]] {
  const up = buttons.find((button) => button.action === "feedback.up");
  const down = buttons.find((button) => button.action === "feedback.down");
  if (up === undefined || down === undefined) return [[], buttons];
  if (Math.max(up.value.length, down.value.length) > feedbackValueLimit) return [[], buttons];
  const thumbs: ContextActionsBlock = {
    type: "context_actions",
    elements: [
      {
        type: "feedback_buttons",
        action_id: feedbackControl,
        positive_button: {
          text: plain(fitLabel(up.label, labelLimit, "Helpful")),
          value: feedbackValue("feedback.up", up.value),
        },
        negative_button: {
          text: plain(fitLabel(down.label, labelLimit, "Not helpful")),
          value: feedbackValue("feedback.down", down.value),
        },
      },
    ],
  };
  return [[thumbs], buttons.filter((button) => button !== up && button !== down)];
}
