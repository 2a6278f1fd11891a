// Reads the file: fixtures of Frappe, or an answer of its REST API.
import { createReadStream } from 'node:fs';
import { ImportError } from './import-error';

/** Ten thousand webhooks have about 20 MB. */
const MAX_BYTES = 32 * 1024 * 1024;

export type FrappeDocument = Record<string, unknown>;

const RIGHT =
  'Webhook documents are expected: fixtures, [{"doctype": "Webhook", ...}], or an answer of the REST API, {"data": ...} or {"message": ...}.';

/** @throws ImportError if it cannot be read or contains no documents */
export async function readExport(path: string): Promise<FrappeDocument[]> {
  const text = await readText(path);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // the parser's own message quotes the file, which may contain secrets
    const position = /at position (\d+)/.exec((error as Error).message)?.[1];
    throw new ImportError(`${path} is not JSON${position ? `, at character ${position}` : ''}. ${RIGHT}`);
  }
  const documents = documentsOf(value);
  if (documents === null) throw new ImportError(`${path} is JSON, but not what Frappe exports. ${RIGHT}`);
  return documents;
}

function documentsOf(value: unknown): FrappeDocument[] | null {
  const list = isObject(value) ? (value.data ?? value.message ?? value) : value;
  if (Array.isArray(list)) return list.every(isObject) ? list : null;
  return isObject(list) && ('doctype' in list || 'webhook_doctype' in list) ? [list] : null;
}

function isObject(value: unknown): value is FrappeDocument {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const REASONS: Record<string, string> = {
  ENOENT: 'does not exist',
  EISDIR: 'is a directory',
  EACCES: 'may not be read by this user',
};

async function readText(path: string): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MAX_BYTES) throw new ImportError(`${path} has more than ${MAX_BYTES} bytes (32 MiB): split it.`);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof ImportError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? '';
    throw new ImportError(`${path} ${REASONS[code] ?? `cannot be read (${code})`}.`);
  }
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/^\uFEFF/, '');
}
