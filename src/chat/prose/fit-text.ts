// Text cut to a limit. Does not own what is safe to show (safe-text.ts, mrkdwn.ts).
//
//   FT1  Nothing is longer than its limit, counted in UTF-16 units: no count that Slack may use is larger.
//   FT2  A cut is never inside a character as people see it, and is marked with an ellipsis.

/** On one line, at most `limit` long. */
export function fitLine(text: string, limit: number): string {
  return fit(
    text
      .slice(0, limit * 8)
      .replace(/\s+/g, " ")
      .trim(),
    limit,
  );
}

/** The same with `instead` where nothing is left to see. */
export function fitLabel(text: string, limit: number, instead: string): string {
  const line = fitLine(text, limit);
  return /[^\s\p{Cf}\u115f\u1160\u3164\uffa0]/u.test(line) ? line : instead;
}

export function fit(text: string, limit: number): string {
  if (text.length <= limit) return text.toWellFormed();
  const kept = wholeCharacters(text, limit - 1);
  const space = kept.lastIndexOf(" ");
  return `${(space > limit / 2 ? kept.slice(0, space) : kept).trimEnd()}…`;
}

const characters = new Intl.Segmenter();

function wholeCharacters(text: string, room: number): string {
  const near = text.slice(0, room + 64);
  const end = characters.segment(near).containing(room)?.index ?? 0;
  return near.slice(0, end === 0 ? room : end).toWellFormed();
}
