// The columns of headers and bodies, at the end of a line.
import { isUtf8 } from 'node:buffer';
import { headersAsObject, readHeaderPairs } from '../../header-pairs';
import { jsonOrText } from '../../json/json-output';
import { csvCell } from '../../sql/csv-cell';
import type { ExportFormat } from './export.entity';
import type { ContentRow } from './export-rows.store';

/** The names of these columns, in the order of the file, after EXPORT_COLUMNS. */
export const CONTENT_COLUMNS = [
  'headers',
  'data',
  'dataEncoding',
  'responseHeaders',
  'response',
  'responseEncoding',
  'responseTruncated',
] as const;

/** How a body is written: as JSON, as text, or in base64 (RFC 4648, section 4). */
type Encoding = 'json' | 'text' | 'base64';

interface Shown {
  text: string;
  encoding: Encoding;
}

/** The line of a row with content, without a line end. */
export function lineWithContent(row: ContentRow, format: ExportFormat): string {
  const headers = headersJson(row.headers);
  const data = shownBody(row.data, false);
  const responseHeaders = headersJson(row.responseHeaders);
  const response = shownBody(row.response, row.responseTruncated === true);
  const truncated = row.responseTruncated;
  if (format === 'CSV') {
    const cells = [headers, data?.text, data?.encoding, responseHeaders, response?.text, response?.encoding];
    return [row.line, ...cells.map((text) => (text == null ? '' : csvCell(text))), truncated ?? ''].join(',');
  }
  return `${row.line.slice(0, -1)},"headers":${headers},${bodyFields('data', data)},\
"responseHeaders":${responseHeaders},${bodyFields('response', response)},"responseTruncated":${truncated}}`;
}

/** A line of NDJSON with a document at its end. @param line an object with at least one field */
export function lineWithDocument(line: object, body: Buffer | null): string {
  return `${JSON.stringify(line).slice(0, -1)},${bodyFields('data', shownBody(body, false))}}`;
}

// not JSON.stringify: it would write the JSON of bodies again, and change their numbers
const bodyFields = (name: string, body: Shown | null) => `"${name}":${jsonOf(body)},"${name}Encoding":${nameOf(body)}`;

function headersJson(text: string | null): string | null {
  const pairs = readHeaderPairs(text);
  return pairs && JSON.stringify(headersAsObject(pairs));
}

function shownBody(bytes: Buffer | null, isTruncated: boolean): Shown | null {
  if (bytes === null || bytes.length === 0) return null;
  // spreadsheets do not accept NUL in a text
  if (bytes.includes(0)) return inBase64(bytes);
  if (isUtf8(bytes)) {
    const text = bytes.toString('utf8');
    // equal only if the text is not JSON: a JSON string has quotes around it
    return { text, encoding: jsonOrText(bytes) === text ? 'text' : 'json' };
  }
  const text = isTruncated ? wholeCharacters(bytes) : null;
  return text === null ? inBase64(bytes) : { text, encoding: 'text' };
}

function inBase64(bytes: Buffer): Shown {
  return { text: bytes.toString('base64'), encoding: 'base64' };
}

// the end of a truncated body may be in the middle of a character
function wholeCharacters(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream: true });
  } catch {
    return null;
  }
}

// line breaks in JSON are white space between tokens, where a space is equivalent
function jsonOf(body: Shown | null): string {
  if (body === null) return 'null';
  return body.encoding === 'json' ? body.text.replace(/[\r\n]/g, ' ') : JSON.stringify(body.text);
}

const nameOf = (body: Shown | null) => (body === null ? 'null' : `"${body.encoding}"`);
