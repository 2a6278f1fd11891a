/** Compiled programs by their text. Bounded by the length of the texts together; the one used longest ago goes first. */
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
    characters += text.length;
    for (const oldest of kept.keys()) {
      if (characters <= mostCharacters) break;
      kept.delete(oldest);
      characters -= oldest.length;
    }
    return compiled;
  };
}
