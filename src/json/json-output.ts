/** What a JSON field shows of stored bytes: the parsed value where it is JSON, else the text; null without bytes. */
export function jsonOrText(bytes: Buffer | null): unknown {
  if (bytes === null || bytes.length === 0) return null;
  const text = bytes.toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
