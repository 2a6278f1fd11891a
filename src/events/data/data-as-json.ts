import { decodedText } from '../../charset';
import { isJson } from '../../json/is-json';
import { formJson, readFormFields } from '../../json/json-form';

const FORM = /^\s*application\/x-www-form-urlencoded\b/i;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * The data of an event as JSON text in UTF-8, for conditions, templates and JSON bodies. Published data is JSON
 * already. Received data of another type is converted: a form to an object of its fields, text to a string, other bytes
 * to a string that contains their base64.
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
