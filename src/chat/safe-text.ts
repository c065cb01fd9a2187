// Text from the model, a tool or a person, made safe to show anywhere: chat page, terminal, notification (OUT-3).
//
//   ST1  No control or text-direction characters but newline and tab: nothing moves the cursor or reorders the line.
//   ST2  Nothing in it calls a whole channel: `@here`, `@channel`, `@everyone` and Slack's `<!here>` are broken up.
//   ST3  Applied twice is applied once.

const controls = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;
const broadcasts = /(?<![\w.@])@(?=(?:here|channel|everyone|group)(?![\w-]|\.\w))/giu;
const slackBroadcasts = /<!(?=(?:here|channel|everyone|group|subteam\^))/giu;
const zeroWidthSpace = "\u200b";

export function safeText(text: string): string {
  return Buffer.from(text, "utf8") // lone surrogates become U+FFFD
    .toString("utf8")
    .replace(/\r\n?/g, "\n")
    .replace(controls, (character) => (character === "\n" || character === "\t" ? character : ""))
    .replace(broadcasts, `@${zeroWidthSpace}`)
    .replace(slackBroadcasts, `<${zeroWidthSpace}!`);
}
