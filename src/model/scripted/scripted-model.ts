// The built-in model for the demo and for a try without a key. It recognises a few requests and carries them out
// through the real tools; everything else it declines, and says why.
//
//   U1  A pure function of the request: the same messages give the same answer, on any worker, after any crash.
//   U2  It claims nothing that a tool result does not say, and says in every result that it is scripted.

import { createHash } from "node:crypto";
import type { Model, ModelAnswer, ModelRequest } from "../contract.ts";
import { ModelError } from "../errors.ts";
import { distilled } from "./distil.ts";
import { finish, type Move, move } from "./move.ts";
import { recipes } from "./registry.ts";
import { lastAct, type Story, textArg, toStory } from "./story.ts";

/** It counts no tokens and costs nothing. */
const usage = { inputTokens: 0, cachedTokens: 0, outputTokens: 0, usdMicros: 0 };

export function createScriptedModel(): Model {
  return {
    name: "scripted",
    scripted: true,
    provider: "deputy.scripted",
    generate: (request, { signal, onText }) => {
      if (signal.aborted) {
        return Promise.reject(
          new ModelError("model.aborted", "The scripted model was told to stop before it had answered."),
        );
      }
      const answer = answerTo(request);
      if (answer.text !== "") onText?.(answer.text);
      return Promise.resolve(answer);
    },
  };
}

function answerTo(request: ModelRequest): ModelAnswer {
  if (request.purpose === "distil")
    return { text: distilled(request.messages), calls: [], stop: "end", usage };
  const story = toStory(request);
  const { say, calls } = possible(afterFinish(story) ?? nextMove(story), story);
  return {
    text: say,
    calls: calls.map((call, place) => ({
      id: callId(request, place),
      name: call.name,
      arguments: JSON.stringify(call.args),
    })),
    stop: calls.length > 0 ? "calls" : "end",
    usage,
  };
}

function nextMove(story: Story): Move {
  const recipe = recipes.find((candidate) => candidate.fits(story));
  return recipe ? recipe.next(story) : finish("I have no recipe for this.");
}

/** A turn after `finish` means that it failed: once more without the files, then in plain words. */
function afterFinish(story: Story): Move | undefined {
  const failed = lastAct(story, "finish");
  if (!failed) return undefined;
  const summary = textArg(failed, "summary");
  if (failed.args["files"] === undefined) return move(summary);
  return move("", ["finish", { summary: `${summary}\n\nThe files could not be attached: ${failed.result}` }]);
}

/** Only tools that are on offer are called. With `finish` alone, which is all a spent budget leaves, it ends honestly. */
function possible(next: Move, story: Story): Move {
  const missing = next.calls.filter((call) => !story.tools.has(call.name)).map((call) => call.name);
  if (missing.length === 0) return next;
  const check = lastAct(story, "check_in");
  const soFar = check ? `So far: ${textArg(check, "text")}` : "Nothing was finished before that.";
  const end = finish(`I have to stop here: ${missing.join(" and ")} can't be used any more. ${soFar}`);
  if (story.tools.has("finish")) return end;
  return move(textOf(end));
}

function textOf(end: Move): string {
  const summary = end.calls[0]?.args["summary"];
  return typeof summary === "string" ? summary : "";
}

/** Differs from turn to turn, also across a compaction, which begins the count of messages anew. */
function callId(request: ModelRequest, place: number): string {
  const hash = createHash("sha256").update(JSON.stringify(request.messages.slice(-3)));
  return `scripted_${request.messages.length}_${hash.digest("hex").slice(0, 8)}_${place}`;
}
