// A link that a person wrote, as Markdown.

/** A link whose label only repeats it was made by the chat from what was typed. */
export function writtenLink(url: string, label: string): string {
  if (label === "" || label === url) return url;
  if (url.replace(/^(?:https?:\/\/|mailto:|tel:)/, "").replace(/\/$/, "") === label) return label;
  return `[${label.replace(/[[\]]/g, "\\$&")}](${url.replace(/[()\s]/g, percentEncoded)})`;
}

function percentEncoded(character: string): string {
  return `%${character.charCodeAt(0).toString(16).padStart(2, "0").toUpperCase()}`;
}
