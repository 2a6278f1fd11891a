import { decodedText } from '../charset';
import { formJson, readFormFields } from '../json/json-form';

const FORM = /^\s*application\/x-www-form-urlencoded\b/i;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * An event's data as a JSON text in UTF-8, for conditions, templates and bodies that are JSON. What was published is one
 * already. What was received as something else becomes one: a form the object of its fields, text that is no JSON a
 * string, any other bytes a string with their base64.
 */
export function documentJson(body: Buffer, contentType: string): Buffer {
  if (contentType === 'application/json') return body.subarray(0, 3).equals(BOM) ? body.subarray(3) : body;
  const text = decodedText(body, contentType);
  if (text === null) return jsonOf(body.toString('base64'));
  const fields = FORM.test(contentType) ? readFormFields(text) : null;
  if (fields !== null) return Buffer.from(formJson(fields));
  return isJson(text) ? Buffer.from(text) : jsonOf(text);
}

function jsonOf(value: unknown): Buffer {
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
