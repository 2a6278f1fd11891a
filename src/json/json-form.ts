// A form as a JSON object, for conditions, templates and the locations in a call.
import { readJsonText } from './json-text';

/**
 * The limit of Express, Django and PHP. A form of 1 MiB can have half a million fields, which take a second to read.
 */
export const MAX_FORM_FIELDS = 1_000;

/** The fields in order, with repeats (WHATWG URL, section 5.1). null: there are more than MAX_FORM_FIELDS. */
export function readFormFields(text: string): [name: string, value: string][] | null {
  return hasTooMany(text) ? null : [...new URLSearchParams(text)];
}

function hasTooMany(text: string): boolean {
  let at = text.indexOf('&');
  for (let fields = 1; at >= 0; fields++) {
    if (fields === MAX_FORM_FIELDS) return true;
    at = text.indexOf('&', at + 1);
  }
  return false;
}

/**
 * The fields as the text of a JSON object; of repeated fields, the last. GitHub and Slack send the event as a JSON
 * object in the field `payload`, which is kept as it was written. Other fields are strings.
 */
export function formJson(fields: readonly (readonly [name: string, value: string])[]): string {
  const members = [...new Map(fields)].map(([name, value]) => {
    const isPayload = name === 'payload' && isObjectForm(value);
    return `${JSON.stringify(name)}:${isPayload ? value : JSON.stringify(value)}`;
  });
  return `{${members.join(',')}}`;
}

function isObjectForm(text: string): boolean {
  if (!/^[ \n\r\t]*\{/.test(text)) return false;
  try {
    readJsonText(text);
    return true;
  } catch {
    return false;
  }
}

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Whether a value of JSON is an object, and no list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
