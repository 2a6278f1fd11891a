// Reads the headers that a signature needs, which must be present once and not empty.
import { headerValues, type IncomingCall } from './call';
import { malformed, notSigned, type Refusal } from './claim';

/** RFC 9110, section 5.5 does not count it as part of a value, nor 5.6.1 as part of what is listed in one. */
export function withoutSpaceAround(value: string): string {
  let [start, end] = [0, value.length];
  while (start < end && isSpace(value.charCodeAt(start))) start++;
  while (start < end && isSpace(value.charCodeAt(end - 1))) end--;
  return value.slice(start, end);
}

// Not a regular expression, which would take quadratic time for thousands of spaces inside a value.
function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** The value of a header without the white space around it. */
export function onlyHeader(call: IncomingCall, name: string): string | Refusal {
  return optionalHeader(call, name) ?? notSigned(`The header ${name} is missing.`);
}

/** The value of a header; null: it is missing. */
export function optionalHeader(call: IncomingCall, name: string): string | null | Refusal {
  const values = headerValues(call, name);
  const [value] = values;
  if (value === undefined) return null;
  if (values.length > 1) return malformed(`The header ${name} occurs ${values.length} times; it must occur once.`);
  const trimmed = withoutSpaceAround(value);
  return trimmed === '' ? malformed(`The header ${name} is empty.`) : trimmed;
}

/**
 * Checks a time in seconds since 1970, written in digits only. Messages leave the value out: some providers write it
 * into the body, and users from whom the body is hidden read messages.
 * @param where the subject of messages, such as "The header X"
 */
export function readTimestamp(text: string, where: string): number | Refusal {
  if (!/^[0-9]{1,20}$/.test(text)) {
    return malformed(`${where} has ${text.length} characters; it must be whole seconds since 1970, in digits only.`);
  }
  const digits = text.replace(/^0+/, '').length;
  const unit = finerUnitOf(digits);
  return unit === null
    ? Number(text)
    : malformed(`${where} has ${digits} digits, which looks like ${unit}; it must be in seconds.`);
}

// A time in seconds with 12 digits would be after the year 5138.
function finerUnitOf(digits: number): string | null {
  if (digits <= 11) return null;
  if (digits <= 14) return 'milliseconds';
  return digits <= 17 ? 'microseconds' : 'nanoseconds';
}
