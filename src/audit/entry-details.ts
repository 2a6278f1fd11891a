// The details of an entry: `before` and `after` of a change, and what else was recorded.
export interface EntryDetails {
  before: unknown;
  after: unknown;
  others: Record<string, unknown> | null;
}

/** @param details as stored; null: none were recorded */
export function readDetails(details: string | null): EntryDetails {
  const { before = null, after = null, ...others } = details === null ? {} : JSON.parse(details);
  return { before, after, others: Object.keys(others).length > 0 ? others : null };
}
