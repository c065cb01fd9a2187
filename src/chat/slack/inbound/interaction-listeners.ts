// Listeners of what people do with controls: clicks, modals, shortcuts and the slash command.
//
//   LI2  What was clicked and is not known is answered in words.
//   LI4  No form is opened for a message in a conversation that the agent is not in: it could not answer there.
//   LI3  A form is opened within the life of its trigger, or the person is told that it could not be.

import type { z } from "zod";
import { within } from "../../../base/abort.ts";
import { SHORTCUTS } from "../manifest-parts.ts";
import { placeOfClick, readAction } from "./actions.ts";
import type { SlackApp } from "./bolt-app.ts";
import { addressIn, formAbout, formForTask } from "./forms.ts";
import { addressOf, privateAddress, type SlackHome } from "./home.ts";
import { attempt, commit, inTime, type ListeningDeps, readAs, tell } from "./listening.ts";
import { type ModalState, modalMetadata } from "./modal-state.ts";
import * as shapes from "./shapes.ts";
import { readCommand } from "./spoken-otherwise.ts";
import { readSubmission } from "./submissions.ts";
import { inOwnThread } from "./task-threads.ts";

const unknownControl =
  "I don't know that button: its message is from another version of me. Please write what you need in the thread.";
const noForm = "I couldn't open the form. Please try again, or write it in the thread.";
const notThere =
  "I'm not in that conversation, so I could not answer there, and I haven't begun. Invite me into the channel (/invite) and ask again, or send me the message directly.";
const unknownForm = "I couldn't make anything of that form. Please write what you need in the thread.";

export function listenToInteractions(app: SlackApp, d: ListeningDeps): void {
  const { people } = d.edges;

  app.action(/^/, async ({ body, context: { home }, ack }) => {
    await ack();
    const clicks = readAs(d, shapes.BlockActions, body);
    if (!home || !clicks) return;
    for (const action of clicks.actions) await click(d, home, clicks, action);
  });

  app.view(/^/, async ({ body, context: { home }, ack }) => {
    await ack();
    const submission = readAs(d, shapes.ViewSubmission, body);
    if (!home || !submission) return;
    const event = await readSubmission({ ...d.deps, people, home }, submission);
    const { id: user } = submission.user;
    if (event) return commit(d, await inOwnThread(d, home, { user, event }));
    d.reject("unknown-action", { view: submission.view.id });
    await inTime(d, tell(d, home, { at: privateAddress(home, user), user, text: unknownForm }));
  });

  app.command(/^/, async ({ body, context: { home }, ack }) => {
    await ack();
    const command = readAs(d, shapes.SlashCommand, body);
    if (!home || !command) return;
    await commit(d, await readCommand({ ...d.deps, people, home }, command));
  });

  app.shortcut(
    { callback_id: SHORTCUTS.ask, type: "message_action" },
    async ({ body, context: { home }, ack }) => {
      await ack();
      const shortcut = readAs(d, shapes.MessageShortcut, body);
      if (!home || !shortcut) return;
      const { user } = shortcut;
      const [form, outside] = await Promise.all([
        formAbout(people, home, shortcut),
        isOutside(d, home, shortcut),
      ]);
      if (outside) {
        const note = { at: privateAddress(home, user.id), user: user.id, text: notThere };
        return inTime(d, tell(d, home, note));
      }
      await inTime(d, open(d, home, { triggerId: shortcut.trigger_id, user: shortcut.user.id, form }));
    },
  );

  app.shortcut(
    { callback_id: SHORTCUTS.task, type: "shortcut" },
    async ({ body, context: { home }, ack }) => {
      await ack();
      const shortcut = readAs(d, shapes.GlobalShortcut, body);
      if (!home || !shortcut) return;
      const { trigger_id: triggerId, user } = shortcut;
      await inTime(d, open(d, home, { triggerId, user: user.id, form: formForTask(home, user.id) }));
    },
  );
}

/** A short look, since the form has to be opened within the life of its trigger; in doubt the form is opened. */
const lookMs = 1_000;

async function isOutside(
  { deps, edges }: ListeningDeps,
  home: SlackHome,
  { channel, message }: z.infer<typeof shapes.MessageShortcut>,
): Promise<boolean> {
  const at = addressOf(home, { channel: channel.id, thread: message.ts, channelName: channel.name });
  const looking = edges.hooks.isIn(at).catch(() => true);
  return (await within(deps.clock, lookMs, looking)) === false;
}

async function click(
  d: ListeningDeps,
  home: SlackHome,
  body: shapes.BlockActions,
  action: shapes.BlockAction,
): Promise<void> {
  const read = await readAction(d.edges.people, home, body, action);
  switch (read.kind) {
    case "event":
      return commit(d, read.event);
    case "form": {
      const { trigger_id: triggerId = "", user, message } = body;
      return inTime(d, open(d, home, { triggerId, user: user.id, form: read.form, about: message?.text }));
    }
    case "unknown": {
      d.reject("unknown-action", { action: action.action_id.slice(0, 100) });
      const note = { at: placeOfClick(home, body), user: body.user.id, text: unknownControl };
      return inTime(d, tell(d, home, note));
    }
    case "nothing":
      return;
    default:
      read satisfies never;
  }
}

interface Opening {
  readonly triggerId: string;
  readonly user: string;
  readonly form: ModalState;
  readonly about?: string | undefined;
}

async function open(d: ListeningDeps, home: SlackHome, opening: Opening): Promise<void> {
  const { triggerId, user, form: state, about } = opening;
  const { teamId } = home.installation;
  let opened = false;
  await attempt(d, "A form could not be opened", async () => {
    await d.edges.hooks.openModal({ teamId, triggerId, state, metadata: modalMetadata(state), about });
    opened = true;
  });
  if (!opened) await tell(d, home, { at: addressIn(home, state), user, text: noForm });
}
