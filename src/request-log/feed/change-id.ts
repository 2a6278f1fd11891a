// Encodes and decodes the id of a change: its position in the feed, from which a client can resume.

/** The position of a request in a change of the feed, which is between two snapshots of a reader. */
export interface ChangePlace {
  /** Snapshots as PostgreSQL writes them: `xmin:xmax:xid,xid`. */
  from: string;
  to: string;
  /** The id of the row of the feed. */
  changeId: string;
  /** The index of the request in that row, from 0. */
  index: number;
  /** The run of the database in which it was read. */
  run: string;
  /** When the change was written, in milliseconds since 1970. */
  at: number;
}

const PREFIX = 'chg_';
/** The last moment that a Date has. */
const LATEST_MS = 8.64e15;
// 11 digits of base 36 are enough for each safe integer of JavaScript
const FORM =
  /^chg_([0-9a-z]{1,11}(?:\.[0-9a-z]{1,11}){1,1000})_([0-9a-z.]{3,12000})_([0-9a-z]{1,11})_([0-9a-z]{1,4})_([0-9a-f]{8})_([0-9a-z]{1,11})$/;

/** The prefix that all changes between two snapshots share. */
export function changePrefix(from: string, to: string): string {
  return `${PREFIX}${written(from, 0)}_${written(to, oldestIn(from))}`;
}

export function toChangeId(prefix: string, { changeId, index, run, at }: Omit<ChangePlace, 'from' | 'to'>): string {
  return `${prefix}_${Number(changeId).toString(36)}_${index.toString(36)}_${run}_${at.toString(36)}`;
}

/** Returns null if the text is not the id of a change. */
export function readChangeId(text: string): ChangePlace | null {
  const [, from = '', to = '', changeId = '', index = '', run = '', at = ''] = FORM.exec(text) ?? [];
  const start = readSnapshot(from, 0);
  const end = start && readSnapshot(to, oldestIn(start));
  const change = Number.parseInt(changeId, 36);
  const atMs = Number.parseInt(at, 36);
  if (!start || !end || !Number.isSafeInteger(change) || change < 1 || !(atMs <= LATEST_MS)) return null;
  return { from: start, to: end, changeId: String(change), index: Number.parseInt(index, 36), run, at: atMs };
}

function oldestIn(snapshot: string): number {
  return Number(snapshot.split(':', 1)[0]);
}

// Writes xmin relative to `base`, and the other numbers relative to xmin.
function written(snapshot: string, base: number): string {
  const [xmin = 0, xmax = 0, ...running] = snapshot.split(/[:,]/).filter(Boolean).map(Number);
  return [xmin - base, xmax - xmin, ...running.map((xid) => xid - xmin)].map((each) => each.toString(36)).join('.');
}

// PostgreSQL refuses a snapshot whose transactions are not in order or out of range.
function readSnapshot(text: string, base: number): string | null {
  const numbers = text.split('.').map((each) => Number.parseInt(each, 36));
  const [distance = Number.NaN, width = Number.NaN, ...running] = numbers;
  const xmin = base + distance;
  const isInOrder = running.every(
    (xid, index) => xid >= 0 && xid < width && (index === 0 || xid > (running[index - 1] ?? 0)),
  );
  if (xmin < 1 || width < 0 || !Number.isSafeInteger(xmin + width) || !isInOrder) return null;
  return `${xmin}:${xmin + width}:${running.map((xid) => xmin + xid).join(',')}`;
}
