import type { UserError } from './errors';
import { quoted } from './errors';

/** What is wrong with a short text such as a name, or null. Postgres and HTTP both stumble over the rest. */
export function textFault(value: unknown, field: string[], max = 200): UserError | null {
  const name = field.join('.');
  if (value === null || value === undefined) return { field, code: 'REQUIRED', message: `${name} must not be null.` };
  const text = String(value);
  if (text.trim() === '') return { field, code: 'REQUIRED', message: `${name} must not be empty.` };
  if ([...text].length > max) {
    return {
      field,
      code: 'TOO_LARGE',
      message: `${name} has ${[...text].length} characters; at most ${max} are kept.`,
    };
  }
  if (!text.isWellFormed()) {
    return { field, code: 'INVALID', message: `${name} ${quoted(text)} holds half of a surrogate pair.` };
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(text)) {
    return { field, code: 'INVALID', message: `${name} ${quoted(text)} holds a control character.` };
  }
  return null;
}
