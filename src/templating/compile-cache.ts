// Keeps compiled conditions and templates.

import { LRUCache } from 'lru-cache';

// The minimum size of an entry: a compiled program has a size even if its text is short.
const LEAST_CHARACTERS = 100;

/**
 * Caches compiled programs by their text and evicts the least recently used. The limit is the total length of the
 * texts: a character takes up to 150 bytes when it is compiled.
 */
export function createCompileCache<Compiled extends object>(
  mostCharacters: number,
  compile: (text: string) => Compiled,
) {
  const kept = new LRUCache<string, Compiled>({
    maxSize: mostCharacters,
    sizeCalculation: (_compiled, text) => Math.max(text.length, LEAST_CHARACTERS),
  });
  return (text: string): Compiled => {
    const known = kept.get(text);
    if (known !== undefined) return known;
    const compiled = compile(text);
    kept.set(text, compiled);
    return compiled;
  };
}
