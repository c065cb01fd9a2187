// Text for a terminal: no value in it can move the cursor, colour the screen, write to the clipboard, reorder a line or fake one.

/** Control and text-direction characters as `\u001b`; line breaks and tabs too, unless `lines`. In JSON that is what they mean there. */
export function terminalText(text: string, lines = false): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (char) => {
    if (char === "\n") return lines ? char : "\\n";
    if (char === "\t" && lines) return char;
    return `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;
  });
}
