const KEPT_MS = 10_000;

/** Saves a file as octets, whatever it is: a browser must not open what a partner sent. */
export function saveFile(content: BlobPart, name: string): void {
  const url = URL.createObjectURL(new Blob([content], { type: 'application/octet-stream' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name.replaceAll(/[^A-Za-z0-9._-]/g, '_');
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
}
