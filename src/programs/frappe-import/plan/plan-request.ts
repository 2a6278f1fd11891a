import { isJson } from '../../../json/json-form';
import { excerpt, positionAt } from '../../../templating/text-position';
import { headerFault } from '../../../webhooks/request/request-rules';
import { hasFixedOrigin } from '../../../webhooks/request/target-url';
import { jinjaToLiquid } from '../jinja/jinja-to-liquid';
import type { FrappeWebhook, HeaderRow, NotCarried } from '../reading/read-export';

/** A sentence of the report: the field, the position, the part, and why it was not translated. */
export function lineOf(field: string, source: string, { reason, start, end }: NotCarried): string {
  const part = excerpt(source.slice(start, end));
  return `${field} (${positionAt(source, start)}): ${part === '' ? 'it' : part} ${reason}.`;
}

/** The sentences of the report about a webhook. */
export interface Lines {
  /** Parts that could not be translated, so that the webhook is paused. */
  problems: string[];
  /** Reasons for which a complete webhook is paused. */
  pauses: string[];
  /** Notes for the owner. */
  notes: string[];
}

/** @returns the URL; its fixed beginning if the rest could not be translated; null if not even the host is fixed */
export function planUrl({ url, isDynamicUrl }: FrappeWebhook, lines: Lines): string | null {
  const source = url as string;
  const braces = source.search(/\{[{%]/);
  if (braces === -1) return source;
  const fixed = source.slice(0, braces);
  if (!hasFixedOrigin(fixed)) {
    lines.problems.push(
      'request_url: scheme, host and port must be fixed text; a template may stand in path and query.',
    );
    return null;
  }
  if (!isDynamicUrl) {
    lines.problems.push('request_url has braces, but is_dynamic_url is off: Frappe calls it as it is written.');
    return fixed;
  }
  const template = jinjaToLiquid(source);
  if ('text' in template) return template.text;
  lines.problems.push(...template.faults.map((fault) => lineOf('request_url', source, fault)));
  return fixed;
}

// Names and values that look like secrets
const SECRET_NAME = /auth|token|secret|cookie|password|passwd|credential|signature|api-?_?key|access-?_?key|^x-.*key$/i;
const SECRET_VALUE = /^(basic|bearer|token|apikey)\s/i;

interface Headers {
  headers: { name: string; value: string }[];
  secretHeaders: { name: string; value: string }[];
}

/** Frappe sends the values unchanged, without rendering. */
export function planHeaders(webhook: FrappeWebhook, lines: Lines): Headers {
  const planned: Headers = { headers: [], secretHeaders: [] };
  // of names that differ only in case, the library `requests` sends the last
  const rows = new Map(webhook.headers.map((row) => [row.key.toLowerCase(), row]));
  for (const row of rows.values()) planHeader(row, planned, lines);
  return planned;
}

function planHeader({ key, value: written }: HeaderRow, planned: Headers, lines: Lines): void {
  const value = written.trim();
  const fault = headerFault(key, value);
  if (fault !== null) {
    lines.problems.push(`webhook_headers: ${fault}.`);
  } else if (SECRET_NAME.test(key) || SECRET_VALUE.test(value)) {
    planned.secretHeaders.push({ name: key, value });
    lines.notes.push(`webhook_headers: ${key} looks like a secret, and becomes a secret header, which cannot be read.`);
  } else if (!/\{[{%]/.test(value)) {
    planned.headers.push({ name: key, value });
  } else if (/\{%-?\s*endraw/.test(value)) {
    lines.problems.push(`webhook_headers: the value of ${key} contains {% endraw %}.`);
  } else {
    planned.headers.push({ name: key, value: `{% raw %}${value}{% endraw %}` });
    lines.notes.push(
      `webhook_headers: ${key} has braces, which Frappe sends as they are; take {% raw %} away to fill them in.`,
    );
  }
}

type Body = { body: string } | { fields: { key: string; fieldname: string }[] };

/** Frappe always sends JSON: webhook_data if it has rows, otherwise the output of webhook_json, otherwise {}. */
export function planBody(webhook: FrappeWebhook, lines: Lines): Body {
  if (webhook.data.length > 0) return dataFields(webhook, lines);
  return { body: webhook.json === null ? '{}' : jsonTemplate(webhook.json, lines) };
}

function dataFields({ data, structure }: FrappeWebhook, lines: Lines): Body {
  const nameless = data.findIndex(({ key, fieldname }) => key === '' || fieldname === '');
  if (nameless !== -1)
    lines.problems.push(`webhook_data: row ${nameless + 1} has no ${data[nameless]?.key ? 'fieldname' : 'key'}.`);
  if (structure === 'Form URL-Encoded') {
    lines.notes.push(
      'request_structure is Form URL-Encoded, but Frappe sends JSON nevertheless, and so does this webhook; bodyFormat FORM is a real form.',
    );
  }
  // the last of equal keys counts
  const fields = new Map(data.filter(({ key, fieldname }) => key && fieldname).map((row) => [row.key, row.fieldname]));
  if (fields.size === 0) return { body: '{}' };
  return { fields: [...fields].map(([key, fieldname]) => ({ key, fieldname })) };
}

function jsonTemplate(source: string, lines: Lines): string {
  const template = jinjaToLiquid(source);
  if ('faults' in template) {
    lines.problems.push(...template.faults.map((fault) => lineOf('webhook_json', source, fault)));
    return '{}';
  }
  if (/\{[{%]/.test(template.text) || isJson(template.text)) return template.text;
  lines.problems.push('webhook_json is not JSON, so Frappe never sends it.');
  return '{}';
}
