// What a webhook gets of an event by default, and what is stored of an event that is published.

import { formJson, isJson, readFormFields } from '../../json/json-form';
import { decodedText } from '../../values/text';
import { OWN_DOCUMENT_TYPE } from '../../webhooks/setting-limits';

export interface Enveloped {
  documentType: string;
  event: string;
  createdAt: Date;
}

/**
 * Type, timestamp and data (Standard Webhooks, "Payload structure"). The document is copied character for character: the order of
 * keys, repeated keys and the notation of numbers are preserved.
 */
export function envelopeOf(event: Enveloped, json: string): Buffer {
  return Buffer.from(`${headOf(event)}${json}}`);
}

/** The same for a document that is bytes. */
export function envelopeOfBytes(event: Enveloped, json: Buffer): Buffer {
  return Buffer.concat([Buffer.from(headOf(event)), json, Buffer.from('}')]);
}

function headOf({ documentType, event, createdAt }: Enveloped): string {
  const type = JSON.stringify(eventType(documentType, event));
  return `{"type":${type},"timestamp":"${createdAt.toISOString()}"${DATA_KEY}`;
}

// Neither type nor timestamp contain it, so its first place is that of the document.
const DATA_KEY = ',"data":';

/** The document of an event, as it was published or received; of an envelope without a copy. @param body of its payload */
export function documentBytes({ enveloped }: { enveloped: boolean }, body: Buffer): Buffer {
  return enveloped ? body.subarray(body.indexOf(DATA_KEY) + DATA_KEY.length, -1) : body;
}

/** The same in SQL. @param enveloped an expression, as `body` */
export function documentSql(enveloped: string, body: string): string {
  const before = `position('${DATA_KEY}'::bytea in ${body}) + ${DATA_KEY.length - 1}`;
  return `case when ${enveloped} then substring(${body} from ${before} + 1 for octet_length(${body}) - (${before}) - 1) else ${body} end`;
}

/** "Sales Invoice" and "on_submit" become sales_invoice.on_submit. Hookledger's own events already have such names. */
export function eventType(documentType: string, event: string): string {
  if (documentType === OWN_DOCUMENT_TYPE) return event;
  return `${identifier(documentType)}.${identifier(event)}`;
}

function identifier(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/g, '');
}

const FORM = /^\s*application\/x-www-form-urlencoded\b/i;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * The data of an event as JSON text in UTF-8, for conditions, templates and JSON bodies. Published data is JSON
 * already. Received data of another type is converted: a form to an object of its fields, text to a string, other bytes
 * to a string that contains their base64.
 */
export function documentJson(body: Buffer, contentType: string): Buffer {
  if (contentType === 'application/json') return body.subarray(0, 3).equals(BOM) ? body.subarray(3) : body;
  const text = decodedText(body, contentType);
  if (text === null) return jsonOf(body.toString('base64'));
  const fields = FORM.test(contentType) ? readFormFields(text) : null;
  if (fields !== null) return Buffer.from(formJson(fields));
  return isJson(text) ? Buffer.from(text) : jsonOf(text);
}

function jsonOf(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
