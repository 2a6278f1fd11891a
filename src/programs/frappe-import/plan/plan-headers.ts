import { headerFault } from '../../../webhooks/request/header-rules';
import type { FrappeWebhook, HeaderRow } from '../reading/frappe-webhook';
import type { Lines } from './plan-line';

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
