import { quoted, type UserError } from './errors';

/** One thing that a short text, such as a name, must be. */
export interface TextRule {
  name: string;
  code: UserError['code'];
  holds(value: unknown, max: number): boolean;
  message(field: string, value: unknown, max: number): string;
}

/** In this order: a later rule is asked only when the earlier ones hold. */
export const TEXT_RULES: readonly TextRule[] = [
  {
    name: 'given',
    code: 'REQUIRED',
    holds: (value) => typeof value === 'string',
    message: (field) => `${field} must not be null.`,
  },
  {
    name: 'filled',
    code: 'REQUIRED',
    holds: (value) => String(value).trim() !== '',
    message: (field) => `${field} must not be empty.`,
  },
  {
    name: 'short',
    code: 'TOO_LARGE',
    holds: (value, max) => String(value).length <= max,
    message: (field, value, max) => `${field} has ${String(value).length} characters; at most ${max} are kept.`,
  },
  {
    // Postgres takes neither NUL nor half of a surrogate pair, and a header no line break
    name: 'clean',
    code: 'INVALID',
    holds: (value) => !/[\p{Cc}\p{Cs}]/u.test(String(value)),
    message: (field, value) => `${field} ${quoted(value)} holds a control character or half of a surrogate pair.`,
  },
];

export const SHORT_TEXT = 200;

/** What is wrong with a short text, or null. */
export function textFault(value: unknown, field: string[], max = SHORT_TEXT): UserError | null {
  const broken = TEXT_RULES.find((rule) => !rule.holds(value, max));
  return broken ? { field, code: broken.code, message: broken.message(field.join('.'), value, max) } : null;
}
