/**
 * A text in the charset that its content type says; without one, UTF-8 (RFC 8259 section 8.1; RFC 6657). null: it is not.
 * @param isCut only its beginning is there: the cut may go through a letter
 */
export function decodedText(body: Buffer, contentType: string, isCut = false): string | null {
  const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(contentType)?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset, { fatal: true }).decode(body, { stream: isCut });
  } catch {
    return null;
  }
}
