// Bytes of partners as text: never HTML, never a link. Characters that change the direction of a line, or that nobody sees, are marks.

// control and format characters (bidi, zero width, soft hyphen, tags, BOM), and line separators; not tab and line ends
const HIDDEN = /(?![\t\n\r])[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** `U+202E` */
export function nameOfCharacter(character: string): string {
  return `U+${(character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** The text in parts: as it is, and the characters that are shown by their number. */
export function visibleParts(text: string): { text: string; hidden: boolean }[] {
  const parts: { text: string; hidden: boolean }[] = [];
  let at = 0;
  for (const { 0: character, index } of text.matchAll(HIDDEN)) {
    if (index > at) parts.push({ text: text.slice(at, index), hidden: false });
    parts.push({ text: nameOfCharacter(character), hidden: true });
    at = index + character.length;
  }
  if (at < text.length || parts.length === 0) parts.push({ text: text.slice(at), hidden: false });
  return parts;
}
