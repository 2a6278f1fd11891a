import { OWN_DOCUMENT_TYPE } from '../../webhooks/own-document-type';

/**
 * The body of a delivery as Standard Webhooks has it, "Payload structure": type, timestamp and data, the document
 * spliced in as it was written: key order, repeated keys and the spelling of numbers arrive as they came.
 */
export function defaultBody(event: { documentType: string; event: string; createdAt: Date }, data: Buffer): Buffer {
  const type = JSON.stringify(eventType(event.documentType, event.event));
  const head = `{"type":${type},"timestamp":"${event.createdAt.toISOString()}","data":`;
  return Buffer.concat([Buffer.from(head), data, Buffer.from('}')]);
}

/** "Sales Invoice" and "on_submit" make sales_invoice.on_submit. Our own events are named like that already. */
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
