/** A name within a sentence: its direction moves neither its own punctuation nor that of the sentence. */
export function isolated(name: string): string {
  return `\u2068${name}\u2069`;
}
