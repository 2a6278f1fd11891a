import type { DeliveryRowFragment } from '../api/generated/documents';
import { belongsTo, type Tab } from './delivery-filter';

/** The rows with their latest state, and how many others have come to this tab. */
export function withChanges(
  rows: readonly DeliveryRowFragment[],
  changed: ReadonlyMap<string, DeliveryRowFragment>,
  tab: Tab,
): { rows: readonly DeliveryRowFragment[]; fresh: number } {
  if (changed.size === 0) return { rows, fresh: 0 };
  const known = new Set(rows.map(({ id }) => id));
  const fresh = [...changed.values()].filter((row) => !known.has(row.id) && belongsTo(tab, row)).length;
  return { rows: rows.map((row) => changed.get(row.id) ?? row), fresh };
}
