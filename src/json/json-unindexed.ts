import { END, ENTRY_SIZE, INFO, type JsonIndex, NEXT, START } from './json-index';

/** Whether an entry's containers were counted but not indexed, because they lie too deep. */
function hasUnindexedParts(index: JsonIndex, entry: number): boolean {
  const at = entry * ENTRY_SIZE;
  return index.entries[at + NEXT] === entry + 1 && index.entries[at + INFO]! >> 1 > 1;
}

/** The text with those entries emptied, so that JSON.parse builds no more levels than the index has. */
export function withoutUnindexedParts(text: string, index: JsonIndex): string {
  const kept: string[] = [];
  let from = 0;
  for (let entry = 0; entry < index.count; entry++) {
    if (!hasUnindexedParts(index, entry)) continue;
    kept.push(text.slice(from, index.entries[entry * ENTRY_SIZE + START]! + 1));
    from = index.entries[entry * ENTRY_SIZE + END]! - 1;
  }
  kept.push(text.slice(from));
  return kept.join('');
}
