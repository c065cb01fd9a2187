// Slack's mrkdwn and Markdown as elements. Text is always text: nothing here parses markup of pages.

export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value !== false && value !== undefined)
      element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(9).filter((one) => one !== undefined && one !== null && one !== false));
  return element;
}

const unescaped = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
const link = (href, label) =>
  /^(https?|mailto):/.test(href) ? h("a", { href, target: "_blank", rel: "noreferrer" }, label) : label;

/** What stands between `<` and `>`: a person, a channel, a broadcast, a date, a link. */
function reference(inside, names) {
  const [target, label] = inside.split("|");
  if (target.startsWith("@") || target.startsWith("#")) {
    return h("span", { class: "mention" }, target[0] + (label ?? names(target.slice(1))));
  }
  const date = /^!date\^(\d+)\^/.exec(target);
  if (date) return h("time", {}, new Date(Number(date[1]) * 1000).toLocaleString());
  if (target.startsWith("!")) return h("span", { class: "mention" }, `@${target.slice(1).split("^")[0]}`);
  return link(target, unescaped(label ?? target));
}

const mrkdwnParts =
  /```([\s\S]+?)```|`([^`\n]+)`|<([^>\n]+)>|(?<!\w)\*([^*\n]+)\*(?!\w)|(?<!\w)_([^_\n]+)_(?!\w)|~([^~\n]+)~/g;

export function mrkdwn(text, names) {
  return split(text, mrkdwnParts, ([, pre, code, ref, bold, italic, struck]) => {
    if (pre !== undefined) return h("pre", {}, unescaped(pre));
    if (code !== undefined) return h("code", {}, unescaped(code));
    if (ref !== undefined) return reference(ref, names);
    if (bold !== undefined) return h("b", {}, mrkdwn(bold, names));
    return italic === undefined ? h("s", {}, mrkdwn(struck, names)) : h("i", {}, mrkdwn(italic, names));
  });
}

const inline =
  /`([^`\n]+)`|\*\*([^*\n]+)\*\*|(?<![\w*])[*_]([^*_\n][^*\n]*)[*_](?![\w*])|\[([^\]\n]+)\]\(([^)\s]+)\)|<([@#!][^>\n]+)>/g;

function markdownInline(text, names) {
  return split(
    text.replace(/\\([\\`*_{}[\]()#+.!<>|~-])/g, "$1"),
    inline,
    ([, code, bold, italic, label, href, ref]) => {
      if (code !== undefined) return h("code", {}, code);
      if (bold !== undefined) return h("b", {}, bold);
      if (italic !== undefined) return h("i", {}, italic);
      return ref === undefined ? link(href, label) : reference(ref, names);
    },
  );
}

/** Enough of Markdown to judge an answer by: fences, headings, lists, quotes, tables as they are. */
export function markdown(text, names) {
  return text.split(/(```[\s\S]*?(?:```|$))/).flatMap((part) => {
    if (part.startsWith("```")) return [h("pre", {}, part.replace(/^```\w*\n?|\n?```$/g, ""))];
    return part.split("\n").map((line) => {
      const [, marks, rest] = /^(#{1,6} |> |\s*[-*] |\s*\d+\. |)(.*)$/.exec(line) ?? [];
      const shown = markdownInline(rest, names);
      if (marks.startsWith("#")) return h("div", { class: "header" }, shown);
      if (marks === "> ") return h("blockquote", {}, shown);
      if (line.startsWith("|")) return h("div", {}, h("code", {}, line));
      return h("div", {}, marks.replace(/[-*] /, "• "), shown.length > 0 ? shown : h("br"));
    });
  });
}

function split(text, pattern, make) {
  const parts = [];
  let from = 0;
  for (const found of text.matchAll(pattern)) {
    parts.push(unescaped(text.slice(from, found.index)), make(found));
    from = found.index + found[0].length;
  }
  parts.push(unescaped(text.slice(from)));
  return parts.filter((part) => part !== "");
}
