// The id of a change as clients know it: where in the feed it stands, so that a reader can go on behind it.

/** A request in a change of the feed, met by a reader on its way from one snapshot to another. */
export interface ChangePlace {
  /** Snapshots as Postgres writes them: `xmin:xmax:xid,xid`. */
  from: string;
  to: string;
  /** Of the row of the feed. */
  changeId: string;
  /** Of the request in it, from 0. */
  index: number;
}

const PREFIX = 'chg_';
// 11 digits of base 36 hold every number that is exact in JavaScript
const FORM = /^chg_([0-9a-z]{1,11}(?:\.[0-9a-z]{1,11}){1,1000})_([0-9a-z.]{3,12000})_([0-9a-z]{1,11})_([0-9a-z]{1,4})$/;

/** The part that all changes met on one way share. */
export function wayOf(from: string, to: string): string {
  return `${PREFIX}${written(from, 0)}_${written(to, oldestIn(from))}`;
}

export function toChangeId(way: string, changeId: string, index: number): string {
  return `${way}_${Number(changeId).toString(36)}_${index.toString(36)}`;
}

/** Null for anything that is not such an id. */
export function readChangeId(text: string): ChangePlace | null {
  const [, from = '', to = '', changeId = '', index = ''] = FORM.exec(text) ?? [];
  const start = readSnapshot(from, 0);
  const end = start && readSnapshot(to, oldestIn(start));
  const change = Number.parseInt(changeId, 36);
  if (!start || !end || !Number.isSafeInteger(change) || change < 1) return null;
  return { from: start, to: end, changeId: String(change), index: Number.parseInt(index, 36) };
}

function oldestIn(snapshot: string): number {
  return Number(snapshot.split(':', 1)[0]);
}

// The oldest transaction under way as a distance from `base`, everything else as a distance from that one.
function written(snapshot: string, base: number): string {
  const [xmin = 0, xmax = 0, ...running] = snapshot.split(/[:,]/).filter(Boolean).map(Number);
  return [xmin - base, xmax - xmin, ...running.map((xid) => xid - xmin)].map((each) => each.toString(36)).join('.');
}

// Postgres takes no snapshot whose transactions are out of order or out of its range, and would fail over it.
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
