import { table } from '../table';
import { cell, visible } from '../terminal-text';
import type { Imported } from './import-webhooks';
import type { Plan, WebhookInput } from './plan/plan';

const WORDS = { IMPORTED: 'imported', PAUSED: 'paused', SKIPPED: 'skipped', REFUSED: 'refused' } as const;

/** One line for each webhook, and below it the details. */
export function reportOn(results: readonly Imported[]): string {
  const rows = results.map((each) => [WORDS[each.outcome], cell(each.name), cell(each.documentType), cell(each.event)]);
  const parts = [table(['outcome', 'webhook', 'document type', 'event'], rows), ...results.flatMap(linesOf)];
  if (results.some(hasTemplate)) parts.push(TEMPLATES);
  return `${parts.join('\n\n')}\n`;
}

const TEMPLATES =
  'Templates: an empty field is written as nothing where Frappe writes None, and a field that the document does not have ' +
  'is an error. What else differs: docs/import-frappe.md.';

function hasTemplate({ input, outcome }: Imported): boolean {
  return outcome !== 'SKIPPED' && /\{[{%]/.test(`${input?.body ?? ''}${input?.url ?? ''}`);
}

function linesOf({ name, outcome, problems, pauses, notes }: Imported): string[] {
  const verb = outcome === 'REFUSED' ? 'refused' : 'not carried over';
  const lines = [
    ...problems.map((line) => `  ${verb}: ${line}`),
    ...pauses.map((line) => `  paused: ${line}`),
    ...notes.map((line) => `  note: ${line}`),
  ];
  if (outcome === 'PAUSED' && problems.length > 0) lines.push(`  ${GUARDED}`);
  return lines.length > 0 ? [visible([`${name}:`, ...lines].join('\n'))] : [];
}

const GUARDED =
  'Its condition begins with false, so that nothing is kept for the partner meanwhile. Correct it with updateWebhook, ' +
  'then resumeWebhook.';

/** The generated secrets, shown only once; empty if there are none. */
export function secretsOf(results: readonly Imported[]): string {
  const rows = results.flatMap(({ name, secrets }) => {
    const made = [
      ['V1', secrets?.secret],
      ['FRAPPE', secrets?.frappeSecret],
    ] as const;
    return made.flatMap(([scheme, secret]) => (secret ? [[cell(name), scheme, secret]] : []));
  });
  if (rows.length === 0) return '';
  return `Secrets, shown this once:\n\n${table(['webhook', 'signature', 'secret'], rows)}\n`;
}

/** The inputs of the webhooks that would be created, without secrets. */
export function inputsOf(plans: readonly Plan[]): string {
  const inputs = plans.flatMap(({ input }) => (input ? [withoutSecrets(input)] : []));
  return `${JSON.stringify(inputs, null, 2)}\n`;
}

function withoutSecrets(input: WebhookInput): WebhookInput {
  const secretHeaders = input.secretHeaders.map(({ name }) => ({ name, value: '[secret]' }));
  return { ...input, secretHeaders, ...(input.frappeSecret !== undefined && { frappeSecret: '[secret]' }) };
}
