import { OWN_DOCUMENT_TYPE } from '../../webhooks/own-document-type';

/**
 * The default body of a delivery: type, timestamp and data (Standard Webhooks, "Payload structure"). The document is copied
 * byte for byte: the order of keys, repeated keys and the notation of numbers are preserved.
 */
export function defaultBody(event: { documentType: string; event: string; createdAt: Date }, data: Buffer): Buffer {
  const type = JSON.stringify(eventType(event.documentType, event.event));
  const head = `{"type":${type},"timestamp":"${event.createdAt.toISOString()}","data":`;
  return Buffer.concat([Buffer.from(head), data, Buffer.from('}')]);
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
