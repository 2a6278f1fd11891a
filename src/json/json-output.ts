import { decodedText } from '../charset';
import { MAX_LEVELS } from './json-inspect';

/**
 * What a JSON field shows of stored bytes: the parsed value where it is JSON, else the text, else their base64, as conditions
 * and templates see them; null without bytes. Bytes that are no text are not parsed: what stands for them in a text would be
 * JSON that did not come. JSON that is nested too deeply stays text: writing it into an answer would overflow the stack, and
 * one partner's response would keep every list that it stands in from being read.
 * @param contentType says the charset where it is not UTF-8
 * @param isCut only their beginning is there
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
