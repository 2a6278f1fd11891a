import { decodedText } from '../charset';

const FORM = /^\s*application\/x-www-form-urlencoded\b/i;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * An event's data as a JSON text in UTF-8, for conditions, templates and bodies that are JSON. What was published is one
 * already. What was received as something else becomes one: a form the object of its fields, text a string, any other bytes
 * a string with their base64.
 */
export function documentJson(body: Buffer, contentType: string): Buffer {
  if (contentType === 'application/json') return body.subarray(0, 3).equals(BOM) ? body.subarray(3) : body;
  const text = decodedText(body, contentType);
  if (text === null) return Buffer.from(JSON.stringify(body.toString('base64')));
  if (isJson(text)) return Buffer.from(text);
  const value = FORM.test(contentType) ? Object.fromEntries(new URLSearchParams(text)) : text;
  return Buffer.from(JSON.stringify(value));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
