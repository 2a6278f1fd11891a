import { quoted, type UserError } from '../../errors/errors';
import { compileCondition } from '../../templating/cel-condition';
import { jsonWarning } from '../../templating/json-sample';
import { isTemplate, templateFault } from '../../templating/liquid-template';
import { jsonFault, unstorableAt } from '../../templating/text-position';
import { textFault } from '../../values/text';
import { MAX_BODY_FIELDS, MAX_CONDITION_CHARACTERS, MAX_HEADER_NAME_CHARACTERS, MAX_HEADERS } from '../setting-limits';
import type { WebhookRow } from '../webhook.store';
import type { RequestSettings } from './request-settings';

/**
 * The faults of the given settings, each with its field and the position of the fault.
 * @param after the webhook after the change: whether a body is valid depends on settings that do not change
 */
export function requestFaults(
  given: RequestSettings,
  after: Pick<WebhookRow, 'bodyFormat' | 'body' | 'fields'>,
): UserError[] {
  return [
    ...conditionFaults(given.condition ?? null),
    ...headerFaults(given.headers ?? []),
    ...passedFaults(given.passHeaders ?? []),
    ...bodyFaults(given, after),
    ...fieldFaults(given.fields ?? []),
  ];
}

function conditionFaults(condition: string | null): UserError[] {
  if (condition === null) return [];
  if (condition.length > MAX_CONDITION_CHARACTERS) {
    const message = `condition has ${condition.length} characters; at most ${MAX_CONDITION_CHARACTERS} are allowed.`;
    return [{ field: ['condition'], code: 'TOO_LARGE', message }];
  }
  const compiled = compileCondition(condition);
  const message = 'message' in compiled ? compiled.message : unstorableAt(condition);
  return message === null ? [] : [invalid(['condition'], message)];
}

function headerFaults(headers: readonly { name: string; value: string }[]): UserError[] {
  if (headers.length > MAX_HEADERS) {
    const message = `headers has ${headers.length} entries; at most ${MAX_HEADERS} are allowed.`;
    return [{ field: ['headers'], code: 'TOO_LARGE', message }];
  }
  const seen = new Set<string>();
  return headers.flatMap(({ name, value }, index) => {
    const path = ['headers', String(index)];
    const isRepeated = seen.has(name.toLowerCase());
    seen.add(name.toLowerCase());
    if (isRepeated) {
      return [
        {
          field: [...path, 'name'],
          code: 'CONFLICT' as const,
          message: `The header ${name} is given twice: give it once.`,
        },
      ];
    }
    const nameFault = headerMessage(name, '');
    if (nameFault !== null) return [invalid([...path, 'name'], nameFault)];
    const valuePath = [...path, 'value'];
    const message = valueFault(name, value, valuePath.join('.'));
    return message === null ? [] : [invalid(valuePath, message)];
  });
}

function passedFaults(names: readonly string[]): UserError[] {
  if (names.length > MAX_HEADERS) {
    const message = `passHeaders has ${names.length} names; at most ${MAX_HEADERS} are allowed.`;
    return [{ field: ['passHeaders'], code: 'TOO_LARGE', message }];
  }
  return names.flatMap((name, index) => {
    const message = name === '*' ? null : headerMessage(name, '');
    return message === null ? [] : [invalid(['passHeaders', String(index)], message)];
  });
}

function valueFault(name: string, value: string, field: string): string | null {
  const fault = templateFault('HEADER', value, field);
  if (fault !== null || isTemplate(value)) return fault;
  return headerMessage(name, value);
}

function bodyFaults(given: RequestSettings, after: Pick<WebhookRow, 'bodyFormat' | 'body' | 'fields'>): UserError[] {
  if (given.bodyFormat === undefined && given.body === undefined && given.fields === undefined) return [];
  const { bodyFormat, body, fields } = after;
  if (bodyFormat !== 'JSON' && body !== null) {
    return [
      invalid(
        ['body'],
        `A body template belongs to the bodyFormat JSON; it is ${bodyFormat}: set one or clear the other.`,
      ),
    ];
  }
  if ((bodyFormat === 'STANDARD' || bodyFormat === 'ORIGINAL') && fields !== null) {
    const message = `fields belong to the bodyFormat JSON or FORM; it is ${bodyFormat}: set one or clear the other.`;
    return [invalid(['fields'], message)];
  }
  if (body !== null && fields !== null) {
    return [
      invalid(['fields'], 'The body is made from a template or from fields, not from both: clear one with null.'),
    ];
  }
  if (bodyFormat === 'JSON' && body === null && fields === null) {
    return [{ field: ['body'], code: 'REQUIRED', message: 'The bodyFormat JSON needs a body template or fields.' }];
  }
  if (bodyFormat === 'FORM' && fields === null) {
    return [{ field: ['fields'], code: 'REQUIRED', message: 'The bodyFormat FORM needs fields.' }];
  }
  const fault = templateBodyFault(given.body ?? null);
  return fault === null ? [] : [invalid(['body'], fault)];
}

function templateBodyFault(body: string | null): string | null {
  if (body === null) return null;
  return templateFault('JSON', body, 'body') ?? (isTemplate(body) ? null : jsonFault(body));
}

function fieldFaults(fields: readonly { key: string; fieldname: string }[]): UserError[] {
  if (fields.length > MAX_BODY_FIELDS) {
    const message = `fields has ${fields.length} entries; at most ${MAX_BODY_FIELDS} are allowed.`;
    return [{ field: ['fields'], code: 'TOO_LARGE', message }];
  }
  const seen = new Set<string>();
  return fields.flatMap(({ key, fieldname }, index) => {
    const path = ['fields', String(index)];
    const fault = textFault(key, [...path, 'key']) ?? textFault(fieldname, [...path, 'fieldname']);
    if (fault !== null) return [fault];
    if (fieldname.split('.').includes('')) {
      const message = `${path.join('.')}.fieldname ${quoted(fieldname)} has an empty part: write it like items.0.qty.`;
      return [invalid([...path, 'fieldname'], message)];
    }
    if (seen.has(key))
      return [
        { field: [...path, 'key'], code: 'CONFLICT' as const, message: `The key ${key} is given twice: give it once.` },
      ];
    seen.add(key);
    return [];
  });
}

function invalid(field: string[], message: string): UserError {
  return { field, code: 'INVALID', message };
}

/**
 * Why the requests of a webhook cannot have this header, without the full stop; null: they can. Values are never
 * quoted, because they may be secrets.
 */
export function headerFault(name: string, value: string): string | null {
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) {
    return `${JSON.stringify(name.slice(0, 100))} is not a header name: letters, digits and hyphens are`;
  }
  if (name.length > MAX_HEADER_NAME_CHARACTERS) {
    const start = JSON.stringify(name.slice(0, 100));
    return `the name of the header that begins with ${start} has ${name.length} characters, and at most ${MAX_HEADER_NAME_CHARACTERS} are allowed`;
  }
  if (SET_BY_US.test(name)) return `the header ${name} is set by Hookledger and cannot be chosen`;
  if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) {
    return `the value of the header ${name} contains a line break, a control character or one outside Latin-1`;
  }
  return null;
}

/** The same as a sentence. */
export function headerMessage(name: string, value: string): string | null {
  const fault = headerFault(name, value);
  return fault && `${fault.charAt(0).toUpperCase()}${fault.slice(1)}.`;
}

// The headers that frame the message, `host`, for which the certificate is checked, the signature, and
// what Hookledger says about itself.
const SET_BY_US =
  /^(host|connection|content-length|expect|keep-alive|proxy-.*|te|traceparent|trailer|transfer-encoding|upgrade|webhook-.*|hookledger-.*|x-frappe-webhook-signature)$/i;

/** What is allowed in the settings, and yet likely to be a mistake. */
export interface SettingWarning {
  /** The path in the input. */
  field: string[];
  message: string;
}

/** @param path of the settings in the input */
export function templateWarnings(
  { bodyFormat, body }: Pick<WebhookRow, 'bodyFormat' | 'body'>,
  path: readonly string[] = [],
): SettingWarning[] {
  if (bodyFormat !== 'JSON' || body === null || !isTemplate(body)) return [];
  const message = jsonWarning(body);
  return message === null ? [] : [{ field: [...path, 'body'], message }];
}
