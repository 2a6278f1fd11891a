// Entries of the audit trail that the tree proves, and what they say.
import { type FactsOf, leafOf } from '../../formats/leaf-kinds';
import type { Placed } from '../../sealed-rows.store';

/** Whether the leaf of the entry covers its details: not once they were erased, which is never done to orders. */
export function isSealedOrder(entry: FactsOf['audit'] & Placed): boolean {
  return entry.contentSalt !== null && entry.leaf?.equals(leafOf('audit', entry)) === true;
}

/** The details of an order. Those that are no object, which Hookledger never writes, order nothing. */
export function detailsOf({ details }: { details: string | null }): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(details ?? '');
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
}
