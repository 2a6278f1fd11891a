import { isJson } from '../../../json/is-json';
import { jinjaToLiquid } from '../jinja/jinja-to-liquid';
import type { FrappeWebhook } from '../reading/frappe-webhook';
import { type Lines, lineOf } from './plan-line';

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
