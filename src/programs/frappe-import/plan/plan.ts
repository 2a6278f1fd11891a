// Plans the webhook for a Frappe webhook, before anything is created.
import {
  MAX_ATTEMPTS,
  MAX_CONDITION_CHARACTERS,
  MAX_TIMEOUT_MS,
  MIN_TIMEOUT_MS,
} from '../../../webhooks/setting-limits';
import type { Method } from '../../../webhooks/webhook.entity';
import { pythonToCel } from '../python/python-to-cel';
import { type FrappeDocument, type FrappeWebhook, NotCarried, readWebhook } from '../reading/read-export';
import { type Lines, lineOf, planBody, planHeaders, planUrl } from './plan-request';

/** The input of createWebhook. */
export interface WebhookInput {
  name: string;
  url: string;
  documentType: string;
  events: string[];
  condition: string | null;
  method: string;
  headers: { name: string; value: string }[];
  secretHeaders: { name: string; value: string }[];
  bodyFormat: 'JSON';
  body?: string;
  fields?: { key: string; fieldname: string }[];
  timeoutMs: number;
  retrySchedule?: number[];
  signatures: string[];
  frappeSecret?: string;
}

export interface Plan extends Lines {
  /** The name in the report. */
  name: string;
  documentType: string;
  event: string;
  /** null: nothing can be created. */
  input: WebhookInput | null;
}

const METHODS: readonly Method[] = ['POST', 'PUT', 'PATCH', 'DELETE'];
// the waits of Frappe; the last one is repeated
const RETRY_WAITS_S = [300, 1_800, 7_200, 18_000, 36_000];
const MAX_RETRIES = MAX_ATTEMPTS - 1;

export function planWebhook(document: FrappeDocument): Plan {
  const lines: Lines = { problems: [], pauses: [], notes: [] };
  if (document.doctype !== undefined && document.doctype !== 'Webhook') {
    return refusal(document, [`This is a document of the type ${String(document.doctype)}, not a Webhook.`]);
  }
  const webhook = readWebhook(document);
  if ('faults' in webhook) return refusal(document, webhook.faults);
  const missing = [webhook.documentType ? '' : 'webhook_doctype', webhook.url ? '' : 'request_url'].filter(Boolean);
  if (missing.length > 0) return refusal(document, missing.map(missingField));
  const target = planUrl(webhook, lines);
  if (target === null) return refusal(document, lines.problems);
  return { ...namesOf(document), ...lines, input: inputOf(webhook, target, lines) };
}

function missingField(field: string): string {
  return `${field} is missing. A list over REST has only the fields that were asked for: ask with fields=["*"], or for each webhook by itself.`;
}

function refusal(document: FrappeDocument, problems: string[]): Plan {
  return { ...namesOf(document), input: null, problems, pauses: [], notes: [] };
}

function namesOf(document: FrappeDocument) {
  const text = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');
  const [documentType, event] = [text(document.webhook_doctype), text(document.webhook_docevent)];
  return { name: text(document.name) || `${documentType}-${event}`, documentType, event };
}

function inputOf(webhook: FrappeWebhook, url: string, lines: Lines): WebhookInput {
  const documentType = webhook.documentType as string;
  const condition = planCondition(webhook, lines);
  const headers = planHeaders(webhook, lines);
  const body = planBody(webhook, lines);
  const rest = {
    name: webhook.name ?? nameFor(webhook, lines),
    url,
    documentType,
    events: planEvents(webhook, lines),
    method: planMethod(webhook, lines),
    ...headers,
    bodyFormat: 'JSON' as const,
    ...body,
    ...planTimeoutAndRetries(webhook, lines),
    ...planSigning(webhook, lines),
  };
  if (!webhook.isEnabled) lines.pauses.push('It was disabled in Frappe.');
  refuseMissingTables(webhook, lines);
  return { ...rest, condition: lines.problems.length > 0 ? guarded(condition) : condition };
}

// So that no wrong delivery is held while the webhook is paused, and sent when it is resumed
function guarded(condition: string | null): string {
  const text = `false && (${condition})`;
  return condition === null || text.length > MAX_CONDITION_CHARACTERS ? 'false' : text;
}

function nameFor(webhook: FrappeWebhook, lines: Lines): string {
  const name = `${webhook.documentType}-${webhook.event ?? 'none'}`;
  lines.notes.push(`The Frappe webhook has no name; the imported one is called ${name}.`);
  return name;
}

function planCondition({ condition }: FrappeWebhook, lines: Lines): string | null {
  if (condition === null) return null;
  try {
    const { text, notes } = pythonToCel(condition);
    lines.notes.push(...notes);
    return text;
  } catch (error) {
    if (!(error instanceof NotCarried)) throw error;
    lines.problems.push(lineOf('condition', condition, error));
    return null;
  }
}

function planEvents({ event }: FrappeWebhook, lines: Lines): string[] {
  if (event !== null) return [event];
  lines.problems.push(
    'webhook_docevent is missing, so Frappe never sends this webhook. The imported one receives all events of its document type: choose its events.',
  );
  return [];
}

function planMethod({ method }: FrappeWebhook, lines: Lines): string {
  const known = METHODS.find((each) => each === method.toUpperCase());
  if (known) return known;
  lines.problems.push(
    `request_method is ${JSON.stringify(method.slice(0, 40))}, not one of ${METHODS.join(', ')}. The imported webhook has POST.`,
  );
  return 'POST';
}

function planTimeoutAndRetries({ timeout, maxRetries }: FrappeWebhook, lines: Lines) {
  const timeoutMs = Math.round(Math.min(Math.max(timeout * 1_000, MIN_TIMEOUT_MS), MAX_TIMEOUT_MS));
  const seconds = timeoutMs / 1_000;
  if (seconds !== timeout) lines.notes.push(`timeout is ${timeout} s; the imported webhook has ${seconds} s.`);
  if (maxRetries === null || maxRetries < 0) return { timeoutMs };
  const retries = Math.min(Math.trunc(maxRetries), MAX_RETRIES);
  if (retries < maxRetries) lines.notes.push(`max_retries is ${maxRetries}; the imported webhook has ${retries}.`);
  const waits = Array.from({ length: retries }, (_, index) => RETRY_WAITS_S[Math.min(index, RETRY_WAITS_S.length - 1)]);
  return { timeoutMs, retrySchedule: [0, ...(waits as number[])] };
}

function planSigning({ isSigned, secret }: FrappeWebhook, lines: Lines) {
  if (!isSigned) return { signatures: ['V1'] };
  if (secret !== null) return { signatures: ['V1', 'FRAPPE'], frappeSecret: secret };
  lines.pauses.push(
    'Set the secret: Frappe does not export webhook_secret, so a new one was made. Give it to the partner, or give the old ' +
      'one to rotateWebhookSecret with overlapSeconds 0; then resumeWebhook.',
  );
  return { signatures: ['V1', 'FRAPPE'] };
}

function refuseMissingTables({ missingTables, data, json }: FrappeWebhook, lines: Lines): void {
  const needed = missingTables.filter((table) => table !== 'webhook_data' || (json === null && data.length === 0));
  if (needed.length === 0) return;
  lines.problems.push(
    `${needed.join(' and ')} ${needed.length > 1 ? 'are' : 'is'} not in the export: a list over REST has no tables. Export it by itself, as GET /api/resource/Webhook/<name>.`,
  );
}

/** Of webhooks with the same name, all but the first get a number, the same in every run. */
export function withUniqueNames(plans: readonly Plan[]): Plan[] {
  const taken = new Set(plans.map((plan) => plan.input?.name));
  const counts = new Map<string, number>();
  return plans.map((plan) => {
    if (plan.input === null) return plan;
    const { name } = plan.input;
    let count = (counts.get(name) ?? 0) + 1;
    while (count > 1 && taken.has(`${name} (${count})`)) count += 1;
    counts.set(name, count);
    return count === 1 ? plan : renamed(plan, plan.input, `${name} (${count})`);
  });
}

function renamed(plan: Plan, input: WebhookInput, name: string): Plan {
  const notes = [...plan.notes, `The name ${input.name} is given twice: this one is called ${name}.`];
  return { ...plan, name, notes, input: { ...input, name } };
}
