// What a cell says: a number, a day, a name.

/** The number of a cell such as `1,234.50`, `€ 12`, `12 %` or, where commas are decimal, `1.234,50`. */
export function toNumber(cell: string, decimalComma: boolean): number | undefined {
  const bare = cell.replaceAll(/[\s\u00a0€$£¥']/g, "");
  const percent = bare.endsWith("%");
  const digits = percent ? bare.slice(0, -1) : bare;
  const plain = decimalComma
    ? digits.replaceAll(".", "").replace(",", ".")
    : digits.replaceAll(/,(?=\d{3}(?:\D|$))/g, "");
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)$/.test(plain)) return undefined;
  return percent ? Number(plain) / 100 : Number(plain);
}

/** `YYYY-MM-DD` of a cell that begins with a day in ISO order, or is one in the order 31.12.2026. */
export function toDay(cell: string): string | undefined {
  const iso = /^(\d{4})[-/](\d{2})[-/](\d{2})(?:[T ].*)?$/.exec(cell.trim());
  const dotted = /^(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})$/.exec(cell.trim());
  const [year, month, day] = iso ? [iso[1], iso[2], iso[3]] : [dotted?.[3], dotted?.[2], dotted?.[1]];
  if (!year || !month || !day) return undefined;
  const text = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text) ? text : undefined;
}

/** Equal for spellings that differ only in case, spaces and signs. */
export function nameKey(name: string): string {
  const key = name
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/[^\p{Letter}\p{Number}]/gu, "");
  return key === "" ? name.trim() : key;
}
