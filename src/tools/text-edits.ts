// Edits of a text: each replaces one passage that occurs exactly once; all of them are made or none.

export interface TextEdit {
  readonly old: string;
  readonly new: string;
}

export type Edited =
  | { readonly kind: "edited"; readonly text: string }
  /** `problem` is a sentence for the model. */
  | { readonly kind: "refused"; readonly problem: string };

interface Place {
  readonly edit: TextEdit;
  readonly start: number;
  readonly end: number;
}

/** Applies `edits` to `text` as it is: none sees what another has written. */
export function applyEdits(text: string, edits: readonly TextEdit[]): Edited {
  const places: Place[] = [];
  for (const [i, given] of edits.entries()) {
    const edit = withLineEndsOf(text, given);
    const problem = problemOf(text, edit, i + 1, edits.length);
    if (problem !== undefined) return { kind: "refused", problem };
    const start = text.indexOf(edit.old);
    places.push({ edit, start, end: start + edit.old.length });
  }
  const inOrder = places.toSorted((a, b) => a.start - b.start);
  const overlaps = inOrder.some((place, i) => place.start < (inOrder[i - 1]?.end ?? 0));
  if (overlaps) {
    return { kind: "refused", problem: "Two of the edits overlap: put them into one. Nothing was changed." };
  }
  let edited = "";
  let from = 0;
  for (const { edit, start, end } of inOrder) {
    edited += text.slice(from, start) + edit.new;
    from = end;
  }
  return { kind: "edited", text: edited + text.slice(from) };
}

/** Were `edits` made in `text`? `undefined` when the text looks like both, or like neither. */
export function areEditsMade(text: string, edits: readonly TextEdit[]): boolean | undefined {
  const fitted = edits.map((edit) => withLineEndsOf(text, edit));
  const made = fitted.every((edit) => text.includes(edit.new) && !occursOutside(text, edit.old, edit.new));
  const pending = applyEdits(text, edits).kind === "edited";
  return made === pending ? undefined : made;
}

function problemOf(text: string, edit: TextEdit, number: number, of: number): string | undefined {
  const which = of === 1 ? "The text" : `The text of edit ${number}`;
  if (edit.old === edit.new)
    return `${which} to replace and its replacement are the same. Nothing was changed.`;
  const count = placesOf(text, edit.old).length;
  if (count === 1) return undefined;
  if (count === 0) {
    return `${which} to replace does not occur in the file. Read the file again and copy the passage exactly, with its spaces. Nothing was changed.`;
  }
  return `${which} to replace occurs ${count === mostPlaces ? `${count} times or more` : `${count} times`} in the file. Take in more of what is around it, so that it occurs once. Nothing was changed.`;
}

const mostPlaces = 1_000;

/** Where `part` begins, overlaps included; not more than `mostPlaces`. */
function placesOf(text: string, part: string): readonly number[] {
  const places: number[] = [];
  for (let at = text.indexOf(part); at >= 0 && places.length < mostPlaces; at = text.indexOf(part, at + 1)) {
    places.push(at);
  }
  return places;
}

/** Does `part` occur anywhere but within `whole`? */
function occursOutside(text: string, part: string, whole: string): boolean {
  const wholes = placesOf(text, whole);
  const isInside = (at: number): boolean =>
    wholes.some((start) => start <= at && at + part.length <= start + whole.length);
  return placesOf(text, part).some((at) => !isInside(at));
}

/** In a file with Windows line ends, what a model writes with plain ones is meant with those of the file. */
function withLineEndsOf(text: string, edit: TextEdit): TextEdit {
  if (!text.includes("\r\n") || /(?<!\r)\n/.test(text)) return edit;
  const fitted = (part: string): string => part.replaceAll(/\r?\n/g, "\r\n");
  return { old: fitted(edit.old), new: fitted(edit.new) };
}
