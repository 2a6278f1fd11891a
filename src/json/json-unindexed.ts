import { END, ENTRY_SIZE, INFO, type JsonIndex, NEXT, START } from './json-index';

/** Whether the containers in an entry are nested too deeply and were counted, but not indexed. */
function hasUnindexedParts(index: JsonIndex, entry: number): boolean {
  const at = entry * ENTRY_SIZE;
  return index.entries[at + NEXT] === entry + 1 && index.entries[at + INFO]! >> 1 > 1;
}

/** The text with those entries made empty, so that JSON.parse creates no more levels than the index has. */
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
