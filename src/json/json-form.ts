// A form as the JSON object that conditions, templates and the places of a call look into.
import { readJsonText } from './json-text';
/** As many as Express, Django and PHP read. A form of a mebibyte has half a million, which take a second to read. */
export const MAX_FORM_FIELDS = 1_000;

/** In order, with repeats (WHATWG URL, section 5.1). null: more than MAX_FORM_FIELDS; they are counted before they are read. */
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
 * The JSON text of an object of its fields, the last of repeated ones. GitHub and Slack send forms whose field `payload` has all
 * that there is to say as a JSON object: it is that object, as it was written. Others are texts.
 */
export function formJson(fields: readonly (readonly [name: string, value: string])[]): string {
  const members = [...new Map(fields)].map(([name, value]) => {
    const isPayload = name === 'payload' && isObject(value);
    return `${JSON.stringify(name)}:${isPayload ? value : JSON.stringify(value)}`;
  });
  return `{${members.join(',')}}`;
}

function isObject(text: string): boolean {
  if (!/^[ \n\r\t]*\{/.test(text)) return false;
  try {
    readJsonText(text);
    return true;
  } catch {
    return false;
  }
}
