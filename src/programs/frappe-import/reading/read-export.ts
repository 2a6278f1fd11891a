// Reads the file: fixtures of Frappe, or an answer of its REST API.
import { isObject } from '../../../json/is-object';
import { CommandError } from '../../command-error';
import { readFileText } from '../../file-text';

/** Ten thousand webhooks have about 20 MB. */
const MAX_BYTES = 32 * 1024 * 1024;

export type FrappeDocument = Record<string, unknown>;

const RIGHT =
  'Webhook documents are expected: fixtures, [{"doctype": "Webhook", ...}], or an answer of the REST API, {"data": ...} or {"message": ...}.';

/** @throws CommandError if it cannot be read or contains no documents */
export async function readExport(path: string): Promise<FrappeDocument[]> {
  const text = await readFileText(path, MAX_BYTES);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // the parser's own message quotes the file, which may contain secrets
    const position = /at position (\d+)/.exec((error as Error).message)?.[1];
    throw new CommandError(`${path} is not JSON${position ? `, at character ${position}` : ''}. ${RIGHT}`);
  }
  const documents = documentsOf(value);
  if (documents === null) throw new CommandError(`${path} is JSON, but not what Frappe exports. ${RIGHT}`);
  return documents;
}

function documentsOf(value: unknown): FrappeDocument[] | null {
  const list = isObject(value) ? (value.data ?? value.message ?? value) : value;
  if (Array.isArray(list)) return list.every(isObject) ? list : null;
  return isObject(list) && ('doctype' in list || 'webhook_doctype' in list) ? [list] : null;
}
