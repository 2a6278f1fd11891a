// The rows of the log on the page, newest first: pages that were read, and changes that came live.
import type { LogRowFragment } from '../api/generated/documents';

export interface LogRows {
  rows: readonly LogRowFragment[];
  /** Came while the person was reading; they are counted and not shown. */
  held: readonly LogRowFragment[];
}

export const NO_ROWS: LogRows = { rows: [], held: [] };
/** More are not kept: the oldest go, and are read again by paging. */
export const MAX_ROWS = 10_000;

/** Adds a page of older rows at the end. */
export function appendPage({ rows, held }: LogRows, page: readonly LogRowFragment[]): LogRows {
  const known = new Set(rows.map(({ id }) => id));
  return { rows: [...rows, ...page.filter(({ id }) => !known.has(id))], held };
}

/**
 * Applies changes: a row that is there is replaced where it stands; one that is not is put at its time, if the page follows the newest,
 * and is held otherwise. A row that has closed does not open again.
 */
export function applyChanges(state: LogRows, changes: readonly LogRowFragment[], follows: boolean): LogRows {
  if (changes.length === 0) return state;
  const newest = new Map<string, LogRowFragment>();
  for (const row of changes) newest.set(row.id, later(newest.get(row.id), row));
  const replace = (row: LogRowFragment) => {
    const change = newest.get(row.id);
    if (!change) return row;
    newest.delete(row.id);
    return later(row, change);
  };
  const rows = state.rows.map(replace);
  const held = state.held.map(replace);
  const added = [...newest.values()];
  return follows ? show({ rows, held: [...held, ...added] }) : { rows, held: [...held, ...added] };
}

/** Shows what was held. */
export function show({ rows, held }: LogRows): LogRows {
  if (held.length === 0) return { rows, held };
  const all = [...held, ...rows].sort((one, other) => (one.id < other.id ? 1 : -1));
  return { rows: all.slice(0, MAX_ROWS), held: [] };
}

function later(known: LogRowFragment | undefined, change: LogRowFragment): LogRowFragment {
  return known?.finishedAt && !change.finishedAt ? known : change;
}
