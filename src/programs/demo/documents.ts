import { isJson } from '../../json/json-form';
import { memberOf, rootOf, textOf } from '../../json/json-part';
import { readJsonText } from '../../json/json-text';
import { CommandError, readFileText } from '../terminal';

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

/** The documents that an ERP would send. As text, so that amounts keep their decimals. */
const SAMPLE_DOCUMENTS = `[
  { "doctype": "Sales Invoice", "name": "INV-0041", "customer": "Dar Al Nour Trading", "currency": "SAR",
    "grand_total": 575.00, "status": "Unpaid",
    "items": [{ "item_code": "SHOE-138", "qty": 2, "rate": 250.00, "amount": 500.00 }] },
  { "doctype": "Sales Invoice", "name": "INV-0042", "customer": "Fjord Supply AS", "currency": "EUR",
    "grand_total": 48000.50, "status": "Paid",
    "items": [{ "item_code": "PUMP-7", "qty": 12, "rate": 4000.0416, "amount": 48000.50 }] },
  { "doctype": "Payment Entry", "name": "PAY-0017", "party": "Fjord Supply AS", "paid_amount": 48000.50,
    "reference_no": "TRX-9921", "references": [{ "reference_name": "INV-0042", "allocated_amount": 48000.50 }] },
  { "doctype": "Purchase Order", "name": "PO-0108", "supplier": "Atlas Steel", "currency": "USD",
    "grand_total": 9800.00, "items": [{ "item_code": "STEEL-2MM", "qty": 40, "rate": 245.00 }] },
  { "doctype": "Customer", "name": "Fjord Supply AS", "customer_group": "Commercial", "territory": "Norway" }
]`;
