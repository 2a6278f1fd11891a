import { hasFixedOrigin } from '../../../webhooks/request/target-template';
import { jinjaToLiquid } from '../jinja/jinja-to-liquid';
import type { FrappeWebhook } from '../reading/frappe-webhook';
import { type Lines, lineOf } from './plan-line';

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
