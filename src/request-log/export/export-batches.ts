// The file of an export, piece by piece.
import { type Condition, conjunctsOf } from '../../sql/condition';
import type { Db } from '../../sql/db';
import { resolvePlans } from '../../sql/resolve-condition';
import type { ExportRow } from './export.store';
import { EXPORT_COLUMNS } from './export-columns.store';
import { CONTENT_COLUMNS, lineWithContent } from './export-content';
import {
  type ExportPlan,
  endOfRequests,
  PIECE_LINES,
  type RequestRange,
  readContents,
  readLines,
} from './export-rows.store';

/** Some whole lines, as one statement reads them: together `texts` are the file. */
export interface Batch {
  texts: string[];
  rows: number;
}

export interface BatchOptions {
  /** Where an earlier download broke off: the last request that it has; null: from the beginning. */
  after: string | null;
  /** Called before each statement; what it throws ends the file. */
  check(): Promise<void>;
}

const FIRST_ID = '00000000-0000-0000-0000-000000000000';
// A statement looks at so many requests at most: a filter that few of ten million meet is many short statements.
const LOOKED_AT = 20_000;
const LINES = 4_000;
const CONTENT_ROWS = 500;
const CONTENT_BYTES = 1024 * 1024;

const LINE_END = { NDJSON: '\n', CSV: '\r\n' };
const BYTE_ORDER_MARK = '\ufeff';

/**
 * Each request that was there when the export was ordered and meets the condition when its turn comes, oldest first. The
 * pieces after a request are the same whether the file is read from the beginning or from there.
 */
export async function* exportBatches(
  db: Db,
  order: ExportRow,
  condition: Condition,
  options: BatchOptions,
): AsyncGenerator<Batch> {
  const tidy = order.format === 'CSV' ? (text: string) => text : oneLineEach;
  // links stay subqueries: some linked tables have more rows than a list of ids may have
  const planned = await resolvePlans(db, condition);
  const plan: ExportPlan = { condition: planned, format: order.format, seesUrls: order.readsContent };
  const read = order.includeContent ? contentReader(db, plan) : lineReader(db, plan);
  let before = options.after === null && order.format === 'CSV' ? [heading(order)] : [];
  let { after, last } = rangeOf(condition, options.after ?? FIRST_ID, order.lastRequestId);
  while (after < last) {
    await options.check();
    const end = (await endOfRequests(db, { after, last }, LOOKED_AT)) ?? last;
    for (let more = true; more; ) {
      await options.check();
      const batch = await read({ after, last: end });
      if (batch.rows > 0) {
        yield { texts: [...before, ...batch.texts.map(tidy)], rows: batch.rows };
        before = [];
      }
      after = batch.last ?? after;
      more = batch.more;
    }
    after = end;
  }
  if (before.length > 0) yield { texts: before, rows: 0 };
}

// The times in a filter are ids: years before them need not be walked through.
function rangeOf(condition: Condition, after: string, last: string): RequestRange {
  const range = { after, last };
  for (const part of conjunctsOf(condition)) {
    if (part.kind !== 'idBound') continue;
    // no request has the id of a bound, which is less than all of its millisecond
    if (part.operator === '>=' && part.id > range.after) range.after = part.id;
    if (part.operator === '<' && part.id < range.last) range.last = part.id;
  }
  return range;
}

function heading({ includeContent, byteOrderMark }: ExportRow): string {
  const columns = [...EXPORT_COLUMNS, ...(includeContent ? CONTENT_COLUMNS : [])];
  return `${byteOrderMark ? BYTE_ORDER_MARK : ''}${columns.join(',')}${LINE_END.CSV}`;
}

// Some programs take these for the end of a line, which in JSON they need not be.
function oneLineEach(ndjson: string): string {
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
