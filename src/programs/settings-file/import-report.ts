// What an import has done, for a person or the log of a pipeline.
import type { ImportAction } from '../../webhooks/settings-file/import-plan';
import { table } from '../table';
import { cell, shortened, visible } from '../terminal-text';

export interface ImportAnswer {
  plan: string | null;
  webhooks: ImportedWebhook[] | null;
}

interface ImportedWebhook {
  name: string;
  action: ImportAction;
  changes: { setting: string; before: unknown; after: unknown }[];
  unusedSecrets: string[];
  secretMissing: boolean;
  secret: string | null;
  publicKey: string | null;
  frappeSecret: string | null;
  address: string | null;
}

const WORDS = { CREATED: 'created', UPDATED: 'updated', UNCHANGED: 'unchanged', ARCHIVED: 'archived' } as const;
const MAX_VALUE = 200;

/** The webhooks that change, each with its settings; then how many of each kind. */
export function reportOn({ plan, webhooks }: ImportAnswer, dryRun: boolean): string {
  const all = webhooks ?? [];
  const parts = all.flatMap((each) => {
    const lines = linesOf(each);
    return each.action === 'UNCHANGED' && lines.length === 0
      ? []
      : [[`${WORDS[each.action]}  ${name(each)}`, ...lines]];
  });
  const counts = Object.entries(WORDS).flatMap(([action, word]) => {
    const { length } = all.filter((each) => each.action === action);
    return length > 0 ? [`${length} ${word}`] : [];
  });
  const sum = `${counts.join(', ') || 'The file has no webhooks'}.`;
  const end = dryRun ? [`Nothing was changed: this was a dry run. Carry it out with --plan ${plan}`] : [];
  return `${[...parts.flat(), sum, ...end].join('\n')}\n`;
}

function linesOf({ action, changes, unusedSecrets, secretMissing }: ImportedWebhook): string[] {
  const lines = changes.map(({ setting, before, after }) =>
    action === 'CREATED' ? `  ${setting}: ${value(after)}` : `  ${setting}: ${value(before)} -> ${value(after)}`,
  );
  if (unusedSecrets.length > 0) {
    lines.push(`  not used, because it has one already: ${visible(unusedSecrets.join(', '))} of the given secrets`);
  }
  if (secretMissing) lines.push('  it refuses all calls until rotateWebhookSecret gives it the secret of the provider');
  return lines;
}

/** Generated secrets and new addresses, which no later answer has; empty if there are none. */
export function secretsOf({ webhooks }: ImportAnswer): string {
  const rows = (webhooks ?? []).flatMap((each) => {
    const { secret, frappeSecret, publicKey, address } = each;
    const kinds = { secret, 'FRAPPE secret': frappeSecret, 'V1A public key': publicKey, address };
    return Object.entries(kinds).flatMap(([kind, text]) => (text === null ? [] : [[name(each), kind, text]]));
  });
  return rows.length === 0 ? '' : `Shown this once:\n\n${table(['webhook', 'kind', 'value'], rows)}\n`;
}

const name = (webhook: ImportedWebhook) => cell(webhook.name);

const value = (given: unknown) => shortened(visible(JSON.stringify(given)), MAX_VALUE);
