import { MAX_RENDERED } from '../../templating/liquid-engine';
import { compileTemplate, isTemplate } from '../../templating/liquid-template';
import { jsonFault, type ProgramFault } from '../../templating/text-position';
import type { Subject } from '../../templating/variables';
import type { BodyFormat } from '../webhook.entity';
import type { WebhookRow } from '../webhook.store';
import { headerFault } from './request-rules';
import { type BodyField, fieldsOf, formFields, headersOf, jsonFields } from './request-settings';
import { renderTarget } from './target-url';

/** A request without signature and credentials. */
export interface PlannedRequest {
  readonly url: string;
  readonly headers: [string, string][];
  /** null: the body of Standard Webhooks, or the data of the event. */
  readonly body: string | null;
  /** null: the content type of the event. */
  readonly contentType: string | null;
}

/** How the requests of a webhook are made. */
export interface RequestPlan {
  /**
   * The request of every event, if URL and headers do not depend on the document and the body contains all of it; else
   * null.
   */
  readonly fixed: PlannedRequest | null;
  readonly asksForUser: boolean;
  /** Reads the document in the form that rendering needs. */
  prepare(subject: Subject): void;
  render(subject: Subject): PlannedRequest | ProgramFault;
}

const CONTENT_TYPES: Record<BodyFormat, string | null> = {
  STANDARD: 'application/json',
  JSON: 'application/json',
  FORM: 'application/x-www-form-urlencoded',
  ORIGINAL: null,
};

/** Compiles the templates of a webhook, or takes them from the cache. */
export function planRequest(webhook: WebhookRow): RequestPlan {
  const headers = headersOf(webhook);
  const texts = textsOf(webhook, headers);
  const isFixed = hasFixedRequest(webhook, headers);
  for (const [, value] of headers) if (isTemplate(value)) compileTemplate('HEADER', value);
  if (webhook.body !== null) compileTemplate('JSON', webhook.body);
  return {
    fixed: isFixed ? withHeaders(webhook, headers, webhook.url as string, null) : null,
    asksForUser: texts.some((text) => isTemplate(text) && text.includes('user')),
    prepare: (subject) => (texts.some(isTemplate) ? subject.liquidDocument() : subject.part()),
    render: (subject) => render(webhook, headers, subject),
  };
}

/** Whether the plan of a webhook has a fixed request. */
export function hasFixedRequest(webhook: WebhookRow, headers = headersOf(webhook)): boolean {
  return ['STANDARD', 'ORIGINAL'].includes(webhook.bodyFormat) && !textsOf(webhook, headers).some(isTemplate);
}

function textsOf({ url, body }: WebhookRow, headers: readonly [string, string][]): string[] {
  return [url ?? '', ...headers.map(([, value]) => value), body ?? ''];
}

function render(webhook: WebhookRow, templates: [string, string][], subject: Subject): PlannedRequest | ProgramFault {
  const url = renderTarget(webhook.url as string, subject);
  if ('message' in url) return { message: `The URL: ${url.message}` };
  const headers: [string, string][] = [];
  for (const [name, template] of templates) {
    const value = renderHeader(name, template, subject);
    if ('message' in value) return { message: `The header ${name}: ${value.message}` };
    headers.push([name, value.text]);
  }
  const body = renderBody(webhook, subject);
  if (body !== null && 'message' in body) return { ...body, message: `The body: ${body.message}` };
  return withHeaders(webhook, headers, url.text, body?.text ?? null);
}

function withHeaders(webhook: WebhookRow, own: [string, string][], url: string, body: string | null): PlannedRequest {
  const given = new Map(own.map(([name, value]) => [name.toLowerCase(), value]));
  const contentType = given.get('content-type') ?? CONTENT_TYPES[webhook.bodyFormat];
  const headers: [string, string][] = [];
  if (!given.has('content-type') && contentType !== null) headers.push(['content-type', contentType]);
  if (!given.has('user-agent')) headers.push(['user-agent', 'Hookledger']);
  return { url, headers: [...headers, ...own], body, contentType };
}

function renderHeader(name: string, template: string, subject: Subject): { text: string } | ProgramFault {
  if (!isTemplate(template)) return { text: template };
  const compiled = compileTemplate('HEADER', template);
  const rendered = 'message' in compiled ? compiled : compiled.render(subject);
  if ('message' in rendered) return rendered;
  const text = rendered.text.trim();
  const fault = headerFault(name, text);
  return fault === null ? { text } : { message: `${fault}: encode it, as with url_encode or base64_encode.` };
}

function renderBody(webhook: WebhookRow, subject: Subject): { text: string } | ProgramFault | null {
  if (webhook.bodyFormat === 'STANDARD' || webhook.bodyFormat === 'ORIGINAL') return null;
  const body = webhook.body === null ? fieldsBody(webhook, subject) : templateBody(webhook.body, subject);
  if ('message' in body || Buffer.byteLength(body.text) <= MAX_RENDERED.JSON) return body;
  return { message: `It exceeds ${MAX_RENDERED.JSON} bytes (256 KiB).` };
}

function fieldsBody(webhook: WebhookRow, subject: Subject): { text: string } {
  const fields: BodyField[] = fieldsOf(webhook) ?? [];
  return { text: webhook.bodyFormat === 'FORM' ? formFields(fields, subject) : jsonFields(fields, subject) };
}

function templateBody(template: string, subject: Subject): { text: string } | ProgramFault {
  const compiled = compileTemplate('JSON', template);
  const rendered = 'message' in compiled ? compiled : compiled.render(subject);
  return 'message' in rendered ? rendered : (notJson(rendered.text) ?? rendered);
}

// The message does not quote the text at that position, which may come from the document.
function notJson(text: string): ProgramFault | null {
  const place = /at (line \d+, column \d+)/.exec(jsonFault(text) ?? '')?.[1];
  return place === undefined ? null : { message: 'It is not JSON: the filter json writes a complete value.', place };
}
