// Reads the file: fixtures of Frappe, or an answer of its REST API.
import { isObject } from '../../../json/json-form';
import { CommandError, readFileText } from '../../terminal';

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

// A document of Frappe's DocType Webhook (frappe/integrations/doctype/webhook), with its fields' types checked.

export interface HeaderRow {
  key: string;
  value: string;
}

interface DataRow {
  key: string;
  fieldname: string;
}

export interface FrappeWebhook {
  name: string | null;
  documentType: string | null;
  event: string | null;
  isEnabled: boolean;
  condition: string | null;
  url: string | null;
  isDynamicUrl: boolean;
  method: string;
  /** '', 'Form URL-Encoded' or 'JSON'. */
  structure: string;
  /** Seconds. */
  timeout: number;
  /** Only in newer versions of Frappe. */
  maxRetries: number | null;
  isSigned: boolean;
  /** null: none, or hidden. Frappe exports one asterisk for each character of the secret. */
  secret: string | null;
  headers: HeaderRow[];
  data: DataRow[];
  json: string | null;
  /** Tables that the export lacks: a list over REST has none. */
  missingTables: string[];
}

const DEFAULT_TIMEOUT_S = 5;

/** @returns the webhook, or sentences about fields with values that Frappe does not write */
export function readWebhook(document: FrappeDocument): FrappeWebhook | { faults: string[] } {
  const faults: string[] = [];
  const read = createReader(document, faults);
  const isFixture = document.doctype !== undefined;
  const secret = read.text('webhook_secret');
  const webhook: FrappeWebhook = {
    name: read.text('name'),
    documentType: read.text('webhook_doctype'),
    event: read.text('webhook_docevent'),
    isEnabled: document.enabled === undefined || read.check('enabled'),
    condition: read.text('condition'),
    url: read.text('request_url')?.trim() ?? null,
    isDynamicUrl: read.check('is_dynamic_url'),
    method: read.text('request_method') ?? 'POST',
    structure: read.text('request_structure') ?? '',
    timeout: read.number('timeout') || DEFAULT_TIMEOUT_S,
    maxRetries: read.number('max_retries'),
    isSigned: read.check('enable_security'),
    secret: secret === null || /^\*+$/.test(secret) ? null : secret,
    headers: read.rows('webhook_headers').map(headerRow).filter(isFilled),
    data: read.rows('webhook_data').map(dataRow),
    json: read.text('webhook_json'),
    missingTables: isFixture
      ? []
      : ['webhook_headers', 'webhook_data'].filter((table) => document[table] === undefined),
  };
  return faults.length > 0 ? { faults } : webhook;
}

// Frappe ignores the others
function isFilled({ key, value }: HeaderRow): boolean {
  return key !== '' && value !== '';
}

function headerRow(row: FrappeDocument): HeaderRow {
  return { key: String(row.key ?? ''), value: String(row.value ?? '') };
}

function dataRow(row: FrappeDocument): DataRow {
  return { key: String(row.key ?? ''), fieldname: String(row.fieldname ?? '') };
}

function createReader(document: FrappeDocument, faults: string[]) {
  const wrong = (field: string, right: string) => {
    faults.push(`${field} is ${kindOf(document[field])}; ${right} is expected.`);
  };
  return {
    /** null if it is empty, as in Frappe. */
    text(field: string): string | null {
      const value = document[field] ?? null;
      if (value === null || typeof value === 'string') return value?.trim() ? value : null;
      if (typeof value === 'number') return String(value);
      wrong(field, 'a text');
      return null;
    },
    check(field: string): boolean {
      const value = document[field] ?? 0;
      if (![0, 1, '0', '1', true, false].includes(value as number)) wrong(field, '0 or 1');
      return Number(value) === 1;
    },
    number(field: string): number | null {
      const value = document[field] ?? null;
      if (value === null || value === '') return null;
      const number = typeof value === 'string' || typeof value === 'number' ? Number(value) : Number.NaN;
      if (Number.isFinite(number)) return number;
      wrong(field, 'a number');
      return null;
    },
    rows(field: string): FrappeDocument[] {
      const value = document[field] ?? [];
      if (Array.isArray(value) && value.every(isRow)) return value;
      wrong(field, 'a list of rows with texts');
      return [];
    },
  };
}

function isRow(value: unknown): value is FrappeDocument {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const { key, value: text, fieldname } = value as FrappeDocument;
  return [key, text, fieldname].every(
    (each) => each === null || ['undefined', 'string', 'number'].includes(typeof each),
  );
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return `a ${typeof value === 'string' ? 'text' : typeof value}`;
}

/** A part of a Frappe expression or template that has another meaning in Hookledger, or none. */
export class NotCarried extends Error {
  /**
   * @param reason a clause that follows the part's text
   * @param start its position in the source, in UTF-16 units
   */
  constructor(
    readonly reason: string,
    readonly start: number,
    readonly end: number,
  ) {
    super(reason);
    this.name = 'NotCarried';
  }
}
