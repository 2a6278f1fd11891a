import { SHORT_TEXT } from '../text';

/** A text of a partner as a name: one line of at most 200 characters; null: nothing is left. */
export function shortText(text: string | null): string | null {
  if (text === null) return null;
  const clean = text
    .slice(0, 10 * SHORT_TEXT)
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, SHORT_TEXT)
    .toWellFormed();
  return clean === '' ? null : clean;
}
