import { LRUCache } from 'lru-cache';
import { nameOf, type Statement } from './wire/statement';

/** The maximum number of texts that are prepared: each connection keeps the plans of all that it prepared until it ends. */
const MAX_SHAPED = 300;

/**
 * Statements whose text depends on the shape of a query, not on its values. A text is prepared from its second use on, for
 * up to 300 texts: clients use a few dozen shapes, and one that generates thousands must not fill the memory.
 */
export function createShapedStatements(): (text: string) => Statement | string {
  const prepared = new Map<string, Statement>();
  // by name; a client that uses each of its texts once must not take the places of others
  const usedOnce = new LRUCache<string, true>({ max: MAX_SHAPED });
  return (text) => {
    const known = prepared.get(text);
    if (known || prepared.size >= MAX_SHAPED) return known ?? text;
    const name = nameOf(text);
    if (!usedOnce.delete(name)) {
      usedOnce.set(name, true);
      return text;
    }
    const made = { text, name };
    prepared.set(text, made);
    return made;
  };
}

export const shapedStatement = createShapedStatements();
