import type { BodyFormat, Method } from '../webhook.entity';
import type { WebhookRow } from '../webhook.store';
import type { BodyField } from './body-fields';

/** The settings of the requests of a webhook. An absent field keeps its value, and null sets the default. */
export interface RequestSettings {
  condition?: string | null;
  method?: Method | null;
  headers?: readonly { name: string; value: string }[] | null;
  bodyFormat?: BodyFormat | null;
  body?: string | null;
  passHeaders?: readonly string[] | null;
  fields?: readonly { key: string; fieldname: string }[] | null;
  receiveAuditEvents?: boolean | null;
  sendEvidenceHead?: boolean | null;
}

type RequestColumns = Pick<
  WebhookRow,
  | 'condition'
  | 'method'
  | 'headers'
  | 'passHeaders'
  | 'bodyFormat'
  | 'body'
  | 'fields'
  | 'receiveAuditEvents'
  | 'sendEvidenceHead'
>;

export const REQUEST_DEFAULTS: RequestColumns = {
  condition: null,
  method: 'POST',
  headers: '[]',
  passHeaders: [],
  bodyFormat: 'STANDARD',
  body: null,
  fields: null,
  receiveAuditEvents: false,
  sendEvidenceHead: false,
};

/** The columns of the given settings. */
export function requestColumns(given: RequestSettings): Partial<RequestColumns> {
  const { condition, method, headers, passHeaders, bodyFormat, body, fields, receiveAuditEvents, sendEvidenceHead } =
    given;
  return {
    ...(condition !== undefined && { condition }),
    ...(method !== undefined && { method: method ?? REQUEST_DEFAULTS.method }),
    ...(headers !== undefined && { headers: JSON.stringify((headers ?? []).map(({ name, value }) => [name, value])) }),
    ...(passHeaders !== undefined && { passHeaders: [...new Set(passHeaders?.map((name) => name.toLowerCase()))] }),
    ...(receiveAuditEvents !== undefined && { receiveAuditEvents: receiveAuditEvents ?? false }),
    ...(sendEvidenceHead !== undefined && { sendEvidenceHead: sendEvidenceHead ?? false }),
    ...(bodyFormat !== undefined && { bodyFormat: bodyFormat ?? REQUEST_DEFAULTS.bodyFormat }),
    ...(body !== undefined && { body }),
    ...(fields !== undefined && {
      fields: fields?.length ? JSON.stringify(fields.map(({ key, fieldname }): BodyField => [key, fieldname])) : null,
    }),
  };
}

/** [name, template] in order. */
export function headersOf(webhook: Pick<WebhookRow, 'headers'>): [string, string][] {
  return JSON.parse(webhook.headers) as [string, string][];
}

export function fieldsOf(webhook: Pick<WebhookRow, 'fields'>): BodyField[] | null {
  return webhook.fields === null ? null : (JSON.parse(webhook.fields) as BodyField[]);
}
