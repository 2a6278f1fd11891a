// Headers and bodies at the end of a line.
import { isUtf8 } from 'node:buffer';
import { headersAsObject, readHeaderPairs } from '../../header-pairs';
import { jsonOrText } from '../../json/json-output';
import { csvCell } from '../../sql/csv-cell';
import type { ExportFormat } from './export.entity';
import type { ContentRow } from './export-rows.store';

/** In this order, behind EXPORT_COLUMNS. */
export const CONTENT_COLUMNS = [
  'headers',
  'data',
  'dataEncoding',
  'responseHeaders',
  'response',
  'responseEncoding',
  'responseTruncated',
] as const;

/** How a body stands in the file: as the JSON that it is, as its text, or in base64 (RFC 4648, section 4). */
type Encoding = 'json' | 'text' | 'base64';

interface Shown {
  text: string;
  encoding: Encoding;
}

/** The line of a row with its content, without its end. */
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
  // the columns are written out: JSON.stringify would write the bodies' own JSON anew, and their numbers not as they were
  return `${row.line.slice(0, -1)},"headers":${headers},"data":${jsonOf(data)},"dataEncoding":${nameOf(data)},\
"responseHeaders":${responseHeaders},"response":${jsonOf(response)},"responseEncoding":${nameOf(response)},\
"responseTruncated":${truncated}}`;
}

function headersJson(text: string | null): string | null {
  const pairs = readHeaderPairs(text);
  return pairs && JSON.stringify(headersAsObject(pairs));
}

function shownBody(bytes: Buffer | null, isTruncated: boolean): Shown | null {
  if (bytes === null || bytes.length === 0) return null;
  // a text with NUL in it is none that a program for tables would take
  if (bytes.includes(0)) return inBase64(bytes);
  if (isUtf8(bytes)) {
    const text = bytes.toString('utf8');
    // what is JSON is never its own value: a string of it has quotes around it
    return { text, encoding: jsonOrText(bytes) === text ? 'text' : 'json' };
  }
  const text = isTruncated ? wholeLetters(bytes) : null;
  return text === null ? inBase64(bytes) : { text, encoding: 'text' };
}

function inBase64(bytes: Buffer): Shown {
  return { text: bytes.toString('base64'), encoding: 'base64' };
}

// the cut may go through a letter
function wholeLetters(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream: true });
  } catch {
    return null;
  }
}

// line breaks in JSON stand between its parts, where a space is as good
function jsonOf(body: Shown | null): string {
  if (body === null) return 'null';
  return body.encoding === 'json' ? body.text.replace(/[\r\n]/g, ' ') : JSON.stringify(body.text);
}

const nameOf = (body: Shown | null) => (body === null ? 'null' : `"${body.encoding}"`);
