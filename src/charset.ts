/** A text in the charset that its content type says; without one, UTF-8 (RFC 8259 section 8.1; RFC 6657). null: it is not. */
export function decodedText(body: Buffer, contentType: string): string | null {
  const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(contentType)?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset, { fatal: true }).decode(body);
  } catch {
    return null;
  }
}
