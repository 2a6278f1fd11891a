import { type JsonPart, memberOf, textOf } from '../../json/json-part';
import type { Subject } from '../../templating/variables';
import type { Given, OF_REQUESTS } from '../setting-limits';
import type { WebhookRow } from '../webhook.store';

/** The settings of the requests of a webhook. An absent field keeps its value, and null sets the default. */
export interface RequestSettings extends Given<typeof OF_REQUESTS> {
  headers?: readonly { name: string; value: string }[] | null;
  passHeaders?: readonly string[] | null;
  fields?: readonly { key: string; fieldname: string }[] | null;
}

/** The columns of the given lists. */
export function requestColumns(given: RequestSettings): Partial<WebhookRow> {
  const { headers, passHeaders, fields } = given;
  return {
    ...(headers !== undefined && { headers: JSON.stringify((headers ?? []).map(({ name, value }) => [name, value])) }),
    ...(passHeaders !== undefined && { passHeaders: [...new Set(passHeaders?.map((name) => name.toLowerCase()))] }),
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

/** [key, fieldname]: the key in the body, and the path of the value in the document. */
export type BodyField = readonly [key: string, fieldname: string];

/** A JSON object with the values as they are written in the document; null where a value is missing. */
export function jsonFields(fields: readonly BodyField[], subject: Subject): string {
  const members = fields.map(([key, fieldname]) => {
    const part = fieldOf(subject.part(), fieldname);
    return `${JSON.stringify(key)}:${part ? textOf(part) : 'null'}`;
  });
  return `{${members.join(',')}}`;
}

/**
 * application/x-www-form-urlencoded (WHATWG URL, section 5): null and missing values are empty, lists and objects JSON.
 */
export function formFields(fields: readonly BodyField[], subject: Subject): string {
  const pairs = fields.map(([key, fieldname]) => [key, plainText(fieldOf(subject.part(), fieldname))]);
  return new URLSearchParams(pairs).toString();
}

function plainText(part: JsonPart | undefined): string {
  if (part === undefined || part.value === null) return '';
  return typeof part.value === 'string' ? part.value : textOf(part);
}

// A path such as `items.0.qty`. A key that itself contains a dot is found by its whole name.
function fieldOf(document: JsonPart, fieldname: string): JsonPart | undefined {
  const whole = memberOf(document, fieldname);
  if (whole !== undefined) return whole;
  let part: JsonPart | undefined = document;
  for (const step of fieldname.split('.')) {
    part = part && memberOf(part, Array.isArray(part.value) && /^\d{1,9}$/.test(step) ? Number(step) : step);
  }
  return part;
}
