// Reads the file of an export in batches.

import { isUtf8 } from 'node:buffer';
import { setTimeout as wait } from 'node:timers/promises';
import { jsonOrText } from '../../json/json-text';
import { type Condition, conjunctsOf } from '../../sql/condition';
import { isDatabaseUnavailable, isStatementTimeout } from '../../sql/database-errors';
import type { Db } from '../../sql/db';
import { csvCell } from '../../sql/json-sql';
import { FIRST_ID } from '../../values/ids';
import { headersAsObject, readHeaderPairs } from '../../values/text';
import type { ExportFormat } from './export.entity';
import {
  type ContentRow,
  EXPORT_COLUMNS,
  type ExportPlan,
  type ExportRow,
  endOfRequests,
  PIECE_LINES,
  type RequestRange,
  readContents,
  readLines,
} from './export.store';

/** Whole lines that one statement read. The concatenated `texts` of all batches are the file. */
export interface Batch {
  texts: string[];
  rows: number;
}

export interface BatchOptions {
  /** To resume a download: the last request that it received; null: from the start. */
  after: string | null;
  /** Called before each statement. If it throws, the download ends. */
  check(): Promise<void>;
  /** After the first batch, a statement is tried again after each of these times in milliseconds. */
  triedAgainAfterMs: readonly number[];
}

// Requests that one statement examines at most, so that a filter that few requests meet is many short statements.
const MAX_EXAMINED = 20_000;
const LINES = 4_000;
const CONTENT_ROWS = 500;
const CONTENT_BYTES = 1024 * 1024;

const LINE_END = { NDJSON: '\n', CSV: '\r\n' };
const BYTE_ORDER_MARK = '\ufeff';

/**
 * Each request that existed when the export was created and meets the condition when it is read, oldest first. The
 * lines after a request are the same, whether the file is read from the start or from there.
 */
export async function* exportBatches(
  db: Db,
  order: ExportRow,
  condition: Condition,
  options: BatchOptions,
): AsyncGenerator<Batch> {
  const tidy = order.format === 'CSV' ? (text: string) => text : oneLineEach;
  const plan: ExportPlan = { condition, format: order.format, seesAll: order.readsContent };
  const read = order.includeContent ? contentReader(db, plan) : lineReader(db, plan);
  let before = options.after === null && order.format === 'CSV' ? [heading(order)] : [];
  // until then the response has not begun, and its caller gets an error that says what is wrong
  let isUnderWay = false;
  const checked = <T>(readNext: () => Promise<T>): Promise<T> =>
    patiently(isUnderWay ? options.triedAgainAfterMs : [], async () => {
      await options.check();
      return readNext();
    });
  let { after, last } = rangeOf(condition, options.after ?? FIRST_ID, order.lastRequestId);
  while (after < last) {
    const range = { after, last };
    const end = (await checked(() => endOfRequests(db, range, MAX_EXAMINED))) ?? last;
    for (let more = true; more; ) {
      const next = { after, last: end };
      const batch = await checked(() => read(next));
      if (batch.rows > 0) {
        yield { texts: [...before, ...batch.texts.map(tidy)], rows: batch.rows };
        before = [];
        isUnderWay = true;
      }
      after = batch.last ?? after;
      more = batch.more;
    }
    after = end;
  }
  if (before.length > 0) yield { texts: before, rows: 0 };
}

// A long file outlives a failover, and a moment in which no connection is free or a statement takes too long.
async function patiently<T>(pausesMs: readonly number[], read: () => Promise<T>): Promise<T> {
  for (const pauseMs of pausesMs) {
    try {
      return await read();
    } catch (error) {
      if (!isDatabaseUnavailable(error) && !isStatementTimeout(error)) throw error;
    }
    // it must not keep a process alive whose server has stopped
    await wait(pauseMs, undefined, { ref: false });
  }
  return read();
}

// Bounds on the time in the filter are bounds on ids: older and newer requests are not read.
function rangeOf(condition: Condition, after: string, last: string): RequestRange {
  const range = { after, last };
  for (const part of conjunctsOf(condition)) {
    if (part.kind !== 'idBound') continue;
    // the id of a bound precedes all ids of its millisecond, and no request has it
    if (part.operator === '>=' && part.id > range.after) range.after = part.id;
    if (part.operator === '<' && part.id < range.last) range.last = part.id;
  }
  return range;
}

function heading({ includeContent, byteOrderMark }: ExportRow): string {
  const columns = [...EXPORT_COLUMNS, ...(includeContent ? CONTENT_COLUMNS : [])];
  return `${byteOrderMark ? BYTE_ORDER_MARK : ''}${columns.join(',')}${LINE_END.CSV}`;
}

// Some programs treat these characters as line ends. JSON allows them in strings, so they are escaped.
export function oneLineEach(ndjson: string): string {
  return ndjson.replace(/[\u0085\u2028\u2029]/g, (end) => `\\u${end.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

type Reader = (range: RequestRange) => Promise<Batch & { last: string | null; more: boolean }>;

function lineReader(db: Db, plan: ExportPlan): Reader {
  return async (range) => {
    const pieces = await readLines(db, plan, range, LINES, LINE_END[plan.format]);
    const rows = pieces.reduce((total, piece) => total + piece.rows, 0);
    return { texts: pieces.map(({ text }) => text), rows, last: pieces.at(-1)?.last ?? null, more: rows === LINES };
  };
}

function contentReader(db: Db, plan: ExportPlan): Reader {
  return async (range) => {
    const { rows, more } = await readContents(db, plan, range, CONTENT_ROWS, CONTENT_BYTES);
    const texts: string[] = [];
    for (let at = 0; at < rows.length; at += PIECE_LINES) {
      const piece = rows.slice(at, at + PIECE_LINES);
      texts.push(piece.map((row) => lineWithContent(row, plan.format) + LINE_END[plan.format]).join(''));
    }
    return { texts, rows: rows.length, last: rows.at(-1)?.id ?? null, more };
  };
}

// The columns of headers and bodies, at the end of a line.

/** The names of these columns, in the order of the file, after EXPORT_COLUMNS. */
const CONTENT_COLUMNS = [
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
