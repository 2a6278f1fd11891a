/**
 * The length of the escape at a backslash. A surrogate pair such as `\ud83d\ude00`, as which many programs write emoji,
 * is one escape. 0: it is U+0000, a lone surrogate or not an escape.
 */
export function escapeLength(text: string, at: number): number {
  if (text.charCodeAt(at + 1) !== 117) return 2;
  const unit = escapedUnit(text, at);
  if (unit <= 0) return 0;
  if (unit < 0xd800 || unit > 0xdfff) return 6;
  const next = escapedUnit(text, at + 6);
  return unit < 0xdc00 && next >= 0xdc00 && next <= 0xdfff ? 12 : 0;
}

function escapedUnit(text: string, at: number): number {
  if (text.charCodeAt(at) !== 92 || text.charCodeAt(at + 1) !== 117) return -1;
  const digits = text.slice(at + 2, at + 6);
  return /^[0-9a-fA-F]{4}$/.test(digits) ? Number.parseInt(digits, 16) : -1;
}
