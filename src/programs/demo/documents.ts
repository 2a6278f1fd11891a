import { isJson } from '../../json/is-json';
import { memberOf } from '../../json/json-member';
import { rootOf, textOf } from '../../json/json-part';
import { readJsonText } from '../../json/json-text';
import { CommandError } from '../command-error';
import { readFileText } from '../file-text';
import { SAMPLE_DOCUMENTS } from './sample-documents';

/** A document of the business system, with its source text. */
export interface DemoDocument {
  documentType: string;
  name: string;
  text: string;
}

interface ErpDocument {
  doctype?: unknown;
  name?: unknown;
}

const MAX_BYTES = 16 * 1024 * 1024;

/** The documents of a JSON array, or a few samples. A document without a name gets one from its type. @throws CommandError */
export async function readDocuments(path: string | null): Promise<DemoDocument[]> {
  const text = path === null ? SAMPLE_DOCUMENTS : await readFileText(path, MAX_BYTES);
  const root = isJson(text) ? rootOf(readJsonText(text)) : null;
  if (!root || !Array.isArray(root.value) || root.value.length === 0) {
    throw new CommandError(`${path ?? 'the samples'} is not a JSON array of at least one document.`);
  }
  const counts = new Map<string, number>();
  return root.value.map((document: ErpDocument, index) => {
    const part = memberOf(root, index);
    if (!part) throw new Error(`document ${index} has no text`);
    const documentType = typeof document?.doctype === 'string' ? document.doctype : 'Document';
    const count = (counts.get(documentType) ?? 0) + 1;
    counts.set(documentType, count);
    const name = typeof document?.name === 'string' ? document.name : nameFrom(documentType, count);
    return { documentType, name, text: textOf(part) };
  });
}

// "Sales Invoice", 3 -> SALES-INVOICE-0003
function nameFrom(documentType: string, count: number): string {
  return `${documentType.toUpperCase().replaceAll(' ', '-')}-${String(count).padStart(4, '0')}`;
}
