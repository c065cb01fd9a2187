// One page with every kind of message, as Slack blocks and as Teams cards, light and dark: drawn by what draws the fake Slack,
// and by Microsoft's own renderer of cards. It loads nothing from elsewhere.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { samplePayloads as slackPayloads } from "../../src/chat/slack/render/check-samples.ts";
import { samplePayloads as teamsPayloads } from "../../src/chat/teams/render/check-samples.ts";

const here = (name: string): string =>
  readFileSync(new URL(`../fakes/slack/page/${name}`, import.meta.url), "utf8");

export function cardsPage(): string {
  const slack = new Map(slackPayloads());
  const samples = teamsPayloads().map(([name, teams]) => ({ name, teams, slack: slack.get(name) ?? null }));
  return [
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Every message, on Slack and on Teams</title>',
    `<style>${style}</style>`,
    "<h1>Every message, on Slack and on Teams</h1><main></main>",
    `<script>${embedded(rendererSource())}</script>`,
    `<script type="module">${embedded(`${plainModule("text.js")}\n${plainModule("blocks.js")}\nconst samples = ${JSON.stringify(samples)};\n${drawing}`)}</script>`,
    "</html>\n",
  ].join("\n");
}

function rendererSource(): string {
  const root = path.dirname(createRequire(import.meta.url).resolve("adaptivecards/package.json"));
  return readFileSync(path.join(root, "dist", "adaptivecards.js"), "utf8");
}

/** Both files in one, without what joined them. */
function plainModule(name: string): string {
  return here(name)
    .replace(/^import .*;$/gm, "")
    .replace(/^export /gm, "");
}

function embedded(script: string): string {
  return script.replaceAll("</script", "<\\/script");
}

const style = `
body { font: 15px/1.45 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; margin: 24px; background: #e9e9ef; color: #222; }
section { margin: 0 0 28px; } h2 { font-size: 16px; margin: 0 0 8px; }
.sample { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 14px; align-items: start; }
.box { background: #fff; color: #1d1c1d; border-radius: 8px; padding: 12px 14px; overflow-wrap: anywhere; box-shadow: 0 1px 3px #0003; }
.box.dark { background: #1a1d21; color: #e6e6e6; } .teams.dark { background: #292929; color: #fff; }
.box::before { content: attr(data-where); display: block; font-size: 11px; opacity: .7; margin-bottom: 6px; }
.section, .header, .actions, .context, .body { margin: 4px 0; } .header { font-weight: 700; } .context { font-size: 12px; opacity: .8; }
.box button { font: inherit; font-size: 13px; margin: 4px 6px 0 0; padding: 4px 10px; border-radius: 4px; border: 1px solid #8888; background: transparent; color: inherit; cursor: pointer; }
.box .style-positive { background: #4f52b2; border-color: #4f52b2; color: #fff; } .box .style-destructive { border-color: #c4314b; color: #c4314b; } .dark .style-destructive { border-color: #f9526b; color: #f9526b; }
@media (max-width: 900px) { body { margin: 10px; } .sample { grid-template-columns: minmax(0, 1fr); } }
.ac-actionSet { flex-wrap: wrap; row-gap: 6px; } .context > * { margin-right: 8px; }
.dark a { color: #8ab4f8; } .words { white-space: pre-wrap; } .words pre, .body pre, .section pre { white-space: pre-wrap; } table { border-collapse: collapse; } td, th { border: 1px solid #8886; padding: 2px 6px; }
`;

const drawing = String.raw`
const main = document.querySelector("main");
window.executed = []; window.complaints = [];
const names = (id) => id;
const colours = (text, subtle, accent) => ({ default: { default: text, subtle }, accent: { default: accent, subtle: accent }, good: { default: "#2e8540", subtle }, attention: { default: "#c4314b", subtle }, warning: { default: "#b8860b", subtle }, light: { default: text, subtle }, dark: { default: text, subtle } });
const themes = {
  light: { fontFamily: "inherit", supportsInteractivity: true, actions: { maxActions: 6, actionsOrientation: "horizontal" }, containerStyles: { default: { backgroundColor: "#ffffff", foregroundColors: colours("#1d1c1d", "#5f5f5f", "#4f52b2") }, emphasis: { backgroundColor: "#f0f0f0", foregroundColors: colours("#1d1c1d", "#5f5f5f", "#4f52b2") } } },
  dark: { fontFamily: "inherit", supportsInteractivity: true, actions: { maxActions: 6, actionsOrientation: "horizontal" }, containerStyles: { default: { backgroundColor: "#292929", foregroundColors: colours("#ffffff", "#c8c8c8", "#a6a7dc") }, emphasis: { backgroundColor: "#333333", foregroundColors: colours("#ffffff", "#c8c8c8", "#a6a7dc") } } },
};
// What Teams' cards know of Markdown and nothing more: bold, italics, links and lists. A line break elsewhere is a blank there.
function cardMarkdown(text) {
  const hidden = text.replace(/\\([\\\x60*_~[\]|#])/g, (_, sign) => String.fromCharCode(0xe000 + sign.charCodeAt(0)));
  const escaped = hidden.replace(/&(?!#?\w+;)/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  const drawn = escaped
    .replace(/\[([^\]]+)\]\((https?:[^)\s]+)\)/g, '<a href="$2">$1</a>')
    .replace(/\*\*([^*]+)\*\*/g, "<b>$1</b>")
    .replace(/(^|[^\w])_([^_]+)_(?!\w)/g, "$1<i>$2</i>")
    .replace(/(^|[^*])\*([^*\s][^*]*)\*/g, "$1<i>$2</i>");
  const html = drawn.split("\n").map((line) => /^\s*(?:-|\d+\.) /.test(line)
    ? '<div style="padding-left:' + (16 + 8 * line.search(/\S/)) + 'px;text-indent:-16px">' + line.trim().replace(/^- /, "\u2022 ") + "</div>"
    : line).join(" ");
  return html.replace(/[\ue000-\ue0ff]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xe000));
}
AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => {
  result.outputHtml = cardMarkdown(text.replace(/<at>(.*?)<\/at>/g, "**@$1**")); // Teams itself draws mentions
  result.didProcess = true;
};
function teamsBox(sample, theme) {
  const box = h("div", { class: "box teams " + theme, "data-where": "Teams, " + theme, "data-sample": sample.name });
  const { text, attachments = [] } = sample.teams;
  if (text) box.append(h("div", { class: "words" }, markdown(text.replace(/<at>(.*?)<\/at>/g, "**@$1**"), names)));
  for (const { content } of attachments) {
    const card = new AdaptiveCards.AdaptiveCard();
    card.hostConfig = new AdaptiveCards.HostConfig(themes[theme]);
    const context = new AdaptiveCards.SerializationContext(AdaptiveCards.Versions.v1_5);
    card.parse(content, context);
    for (let n = 0; n < context.eventCount; n += 1) window.complaints.push(sample.name + ": " + context.getEventAt(n).message);
    card.onExecuteAction = (action) => window.executed.push({ sample: sample.name, theme, type: action.getJsonTypeName(), verb: action.verb, data: action.data, title: action.title, url: action.url });
    box.append(card.render());
    for (const failure of card.validateProperties().validationEvents) window.complaints.push(sample.name + ": " + failure.message);
  }
  return box;
}
function slackBox(sample, theme) {
  const box = h("div", { class: "box " + theme, "data-where": "Slack, " + theme });
  if (!sample.slack) return box;
  const { blocks = [], text } = sample.slack;
  const drawn = blocks.length > 0 ? drawBlocks(blocks, { names, act: () => undefined, message: {} }) : [h("div", { class: "words" }, text ?? "")];
  box.append(...drawn.flat());
  return box;
}
for (const sample of samples) {
  const row = h("div", { class: "sample" });
  row.append(slackBox(sample, "light"), slackBox(sample, "dark"), teamsBox(sample, "light"), teamsBox(sample, "dark"));
  const part = h("section", {}, h("h2", {}, sample.name));
  part.append(row); main.append(part);
}
document.body.dataset.ready = "yes";
`;
