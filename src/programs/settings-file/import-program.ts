// hookledger import-webhooks FILE: creates and updates webhooks as a file of export-webhooks says.
import type { ImportAction } from '../../webhooks/settings-file/import-plan';
import { MAX_BYTES } from '../../webhooks/settings-file/settings-document';
import { ACCESS_HELP, type UserError } from '../api-client';
import { ACCESS_OPTIONS, clientOf, EXIT_CODES, refuseErrors, runCommand } from '../command';
import { CommandError, cell, readFileText, shortened, table, visible } from '../terminal';

const HELP = `hookledger import-webhooks FILE [--dry-run] [--plan PLAN] [--secrets FILE] [--archive-absent] [--because REASON]
                           [--url URL] [--key-file FILE]

Creates and updates webhooks as FILE says, all or none, and prints the differences. docs/webhook-settings.md says more.

  FILE             a file of export-webhooks, perhaps changed
  --dry-run        changes nothing: prints what the import would do, every fault, and the plan
  --plan PLAN      of a dry run: the import is refused if it would do anything else
  --secrets FILE   the secrets that webhooks need: [{"webhookName": NAME, "basicAuthPassword": "..."}], with the fields of
                   WebhookSecretsInput
  --archive-absent archives, permanently, the webhooks that FILE does not have
  --because REASON is kept in the audit trail; at most 1,000 characters
${ACCESS_HELP}
Generated secrets and new addresses are printed at the end, this once.
${EXIT_CODES}`;

const OPTIONS = {
  ...ACCESS_OPTIONS,
  'dry-run': { type: 'boolean' },
  plan: { type: 'string' },
  secrets: { type: 'string' },
  'archive-absent': { type: 'boolean' },
  because: { type: 'string' },
} as const;

const IMPORT = `mutation ImportWebhooks($input: ImportWebhooksInput!) {
  importWebhooks(input: $input) {
    plan
    webhooks {
      name action changes { setting before after } unusedSecrets secretMissing secret publicKey frappeSecret address
    }
    userErrors { field message }
  }
}`;

/** 500 webhooks, each with a client certificate and its key. */
const MAX_SECRETS_BYTES = 8 * 1024 * 1024;

const COMMAND = { name: 'import-webhooks', help: HELP, options: OPTIONS, files: 'one' } as const;

void runCommand(COMMAND, async (values, path = '') => {
  const dryRun = values['dry-run'] === true;
  const input = {
    document: await readFileText(path, MAX_BYTES),
    dryRun,
    archiveAbsent: values['archive-absent'] === true,
    plan: values.plan ?? null,
    secrets: values.secrets === undefined ? null : await readSecrets(values.secrets),
    reason: values.because ?? null,
  };
  const client = await clientOf(values);
  const { importWebhooks: answer } = await client.ask<{ importWebhooks: ImportAnswer & { userErrors: UserError[] } }>(
    IMPORT,
    { input },
  );
  const names = { document: path, plan: '--plan', reason: '--because', secrets: values.secrets ?? '--secrets' };
  refuseErrors(answer.userErrors, names);
  return [reportOn(answer, dryRun), secretsOf(answer)].filter((part) => part !== '').join('\n');
});

// The parser's own message would quote the file.
async function readSecrets(path: string): Promise<unknown> {
  const text = await readFileText(path, MAX_SECRETS_BYTES);
  let secrets: unknown = null;
  try {
    secrets = JSON.parse(text);
  } catch {
    // no JSON, and so no list
  }
  if (Array.isArray(secrets)) return secrets;
  const example = '[{"webhookName": "Treasury", "basicAuthPassword": "..."}]';
  throw new CommandError(`${path} is not a JSON list of secrets, such as ${example}.`);
}

// What an import has done, for a person or the log of a pipeline.

interface ImportAnswer {
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
function reportOn({ plan, webhooks }: ImportAnswer, dryRun: boolean): string {
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
function secretsOf({ webhooks }: ImportAnswer): string {
  const rows = (webhooks ?? []).flatMap((each) => {
    const { secret, frappeSecret, publicKey, address } = each;
    const kinds = { secret, 'FRAPPE secret': frappeSecret, 'V1A public key': publicKey, address };
    return Object.entries(kinds).flatMap(([kind, text]) => (text === null ? [] : [[name(each), kind, text]]));
  });
  return rows.length === 0 ? '' : `Shown this once:\n\n${table(['webhook', 'kind', 'value'], rows)}\n`;
}

const name = (webhook: ImportedWebhook) => cell(webhook.name);

const value = (given: unknown) => shortened(visible(JSON.stringify(given)), MAX_VALUE);
