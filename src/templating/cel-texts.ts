// Places in texts: CEL counts characters, the library UTF-16 units.

const PAIR = /[\ud800-\udbff][\udc00-\udfff]/;

/** @param values a text, and others of which the whole numbers are places in it. @returns them with places in UTF-16 units */
export function placesInUnits(values: readonly unknown[]): readonly unknown[] {
  const [text] = values;
  if (!hasPairs(text)) return values;
  return values.map((value) => (typeof value === 'bigint' ? BigInt(unitsBefore(text, Number(value))) : value));
}

/** @param place in UTF-16 units, a whole number; -1: nowhere. @returns it in characters */
export function placeInCharacters(text: unknown, place: unknown): unknown {
  if (!hasPairs(text) || typeof place !== 'bigint' || place < 0n) return place;
  return BigInt([...text.slice(0, Number(place))].length);
}

/** @returns the characters of the text, each a text; null: `separator` is not empty */
export function splitIntoCharacters([text, separator, limit]: readonly unknown[]): unknown[] | null {
  if (!hasPairs(text) || separator !== '') return null;
  const characters = [...text];
  const most = typeof limit === 'bigint' ? Number(limit) : -1;
  if (most < 0 || characters.length <= most) return characters;
  return most === 0 ? [] : [...characters.slice(0, most - 1), characters.slice(most - 1).join('')];
}

function hasPairs(text: unknown): text is string {
  return typeof text === 'string' && PAIR.test(text);
}

/** A place beyond the end stays as far beyond it. */
function unitsBefore(text: string, characters: number): number {
  let [units, left] = [0, characters];
  for (; left > 0 && units < text.length; left -= 1) units += (text.codePointAt(units) ?? 0) > 0xffff ? 2 : 1;
  return units + left;
}
