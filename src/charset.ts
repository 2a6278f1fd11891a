/**
 * Decodes a text in the charset of its content type; default UTF-8 (RFC 8259 section 8.1; RFC 6657). null: it is not
 * valid.
 * @param isCut whether `body` is only the beginning, which may end inside a character
 */
export function decodedText(body: Buffer, contentType: string, isCut = false): string | null {
  const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(contentType)?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset, { fatal: true }).decode(body, { stream: isCut });
  } catch {
    return null;
  }
}
