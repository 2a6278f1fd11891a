// The minimum size of an entry: a compiled program has a size even if its text is short.
const LEAST_CHARACTERS = 100;

/**
 * Caches compiled programs by their text and evicts the least recently used. The limit is the total length of the
 * texts: a character takes up to 150 bytes when it is compiled.
 */
export function createCompileCache<Compiled>(mostCharacters: number, compile: (text: string) => Compiled) {
  const kept = new Map<string, Compiled>();
  let characters = 0;
  return (text: string): Compiled => {
    const known = kept.get(text);
    if (known !== undefined) {
      kept.delete(text);
      kept.set(text, known);
      return known;
    }
    const compiled = compile(text);
    kept.set(text, compiled);
    characters += weightOf(text);
    for (const oldest of kept.keys()) {
      if (characters <= mostCharacters) break;
      kept.delete(oldest);
      characters -= weightOf(oldest);
    }
    return compiled;
  };
}

function weightOf(text: string): number {
  return Math.max(text.length, LEAST_CHARACTERS);
}
