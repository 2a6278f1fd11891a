import { quoted, type UserError } from '../errors/errors';

/** One rule for a short text, such as a name. */
export interface TextRule {
  name: string;
  code: UserError['code'];
  holds(value: unknown, max: number): boolean;
  message(field: string, value: unknown, max: number): string;
}

/** The rules in the order of evaluation. A rule may assume that the earlier ones hold. */
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
    message: (field, value, max) => `${field} has ${String(value).length} characters; at most ${max} are allowed.`,
  },
  {
    // PostgreSQL refuses NUL and unpaired surrogates, and a header must not contain a line break
    name: 'clean',
    code: 'INVALID',
    holds: (value) => isClean(String(value)),
    message: (field, value) => uncleanMessage(field, String(value)),
  },
];

/** Whether the text has no control characters and no unpaired surrogates. */
export function isClean(text: string): boolean {
  return !/[\p{Cc}\p{Cs}]/u.test(text);
}

/** The fault of a text that is not clean. */
export function uncleanMessage(field: string, text: string): string {
  return `${field} ${quoted(text)} contains a control character or half of a surrogate pair.`;
}

/** Whether PostgreSQL can store the text: it accepts neither U+0000 nor unpaired surrogates. */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

/** The text with U+FFFD for each character that PostgreSQL cannot store. */
export function madeStorable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd');
}

/** Such as 10,000; without Intl, whose first use takes time at the start of the program. */
export function withCommas(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ',');
}

export const SHORT_TEXT = 200;

/** The fault of a short text, or null. */
export function textFault(value: unknown, field: string[], max = SHORT_TEXT): UserError | null {
  const broken = TEXT_RULES.find((rule) => !rule.holds(value, max));
  return broken ? { field, code: broken.code, message: broken.message(field.join('.'), value, max) } : null;
}

/**
 * Decodes a text in the charset of its content type; default UTF-8 (RFC 8259 section 8.1; RFC 6657). null: it is not
 * valid.
 * @param isCut whether `body` is only the beginning, which may end inside a character
 */
export function decodedText(body: Buffer, contentType: string, isCut = false): string | null {
  const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(contentType)?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset, { fatal: true }).decode(body, { stream: isCut });
  } catch {
    return null;
  }
}

export type HeaderPairs = [name: string, value: string][];

/** The text that replaces a secret header value in the log. */
export const SECRET_VALUE = '[secret]';

/** Headers as the log stores them: a JSON array of pairs, in wire order, with repetitions. */
export function readHeaderPairs(text: string | null): HeaderPairs | null {
  return text === null ? null : (JSON.parse(text) as HeaderPairs);
}

/** Headers as an object with lower-case names. Repeated headers are joined (RFC 9110, section 5.3). */
export function headersAsObject(pairs: HeaderPairs): Record<string, string> {
  const object = new Map<string, string>();
  for (const [name, value] of pairs) {
    const key = name.toLowerCase();
    const before = object.get(key);
    object.set(key, before === undefined ? value : `${before}, ${value}`);
  }
  return Object.fromEntries(object);
}

export function headerNamed(pairs: HeaderPairs | null, name: string): string | null {
  return pairs?.find(([each]) => each.toLowerCase() === name)?.[1] ?? null;
}
