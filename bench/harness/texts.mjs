// Texts of a fixed length, a different one for each place.

export function textOf(bytes, place) {
  return `${place} `.padEnd(bytes, "what is there is of no interest to anybody. ");
}
