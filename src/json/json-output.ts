import { decodedText } from '../charset';
import { MAX_LEVELS } from './json-rules';

/**
 * Stored bytes as a JSON field shows them, and as conditions and templates read them: the value if they are JSON,
 * otherwise the text, otherwise base64; null: there are no bytes. Bytes that are not text are not parsed, because
 * replacement characters would be shown as received. JSON that is nested too deeply is shown as text: writing it would
 * overflow the stack, so one response of a partner would make every list that contains it fail.
 * @param contentType has the charset if it is not UTF-8
 * @param isCut whether only the beginning was stored
 */
export function jsonOrText(bytes: Buffer | null, contentType = '', isCut = false): unknown {
  if (bytes === null || bytes.length === 0) return null;
  const text = decodedText(bytes, contentType, isCut);
  if (text === null) return bytes.toString('base64');
  try {
    const value: unknown = JSON.parse(text);
    return isDeeper(value, MAX_LEVELS) ? text : value;
  } catch {
    return text;
  }
}

function isDeeper(value: unknown, levels: number): boolean {
  if (value === null || typeof value !== 'object') return false;
  return levels === 0 || Object.values(value).some((each) => isDeeper(each, levels - 1));
}
