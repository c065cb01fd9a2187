// Text without certain characters at its end, in one look. A pattern such as `[.,]+$` looks at a long run of them once for each.

export function withoutEnding(text: string, characters: string): string {
  let end = text.length;
  while (end > 0 && characters.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}
