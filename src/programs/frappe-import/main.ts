import { ACCESS_HELP, createClient, readKey, readUrl } from '../api-client';
import { ACCESS_OPTIONS, runCommand } from '../command';
import { cell, table, visible } from '../terminal';
import { type Imported, importWebhooks } from './import-webhooks';
import { type Plan, planWebhook, type WebhookInput, withUniqueNames } from './plan/plan';
import { readExport } from './reading/read-export';

const WORDS = { IMPORTED: 'imported', PAUSED: 'paused', SKIPPED: 'skipped', REFUSED: 'refused' } as const;

/** One line for each webhook, and below it the details. */
function reportOn(results: readonly Imported[]): string {
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
function secretsOf(results: readonly Imported[]): string {
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
function inputsOf(plans: readonly Plan[]): string {
  const inputs = plans.flatMap(({ input }) => (input ? [withoutSecrets(input)] : []));
  return `${JSON.stringify(inputs, null, 2)}\n`;
}

function withoutSecrets(input: WebhookInput): WebhookInput {
  const secretHeaders = input.secretHeaders.map(({ name }) => ({ name, value: '[secret]' }));
  return { ...input, secretHeaders, ...(input.frappeSecret !== undefined && { frappeSecret: '[secret]' }) };
}

const HELP = `hookledger import-frappe FILE [--dry-run] [--again] [--url URL] [--key-file FILE]

  FILE             Webhook documents as Frappe exports them: fixtures, or an answer of its REST API
  --dry-run        print what would be created, and create nothing
  --again          create also what is there already: same name, document type and URL
${ACCESS_HELP}
Exit: 0 every webhook is imported as it was, 1 some need manual work, or the key may not create webhooks, 2 not possible (an argument, a file, the key or the server).
`;

const OPTIONS = {
  'dry-run': { type: 'boolean' },
  again: { type: 'boolean' },
  ...ACCESS_OPTIONS,
} as const;

const COMMAND = { name: 'import-frappe', help: HELP, options: OPTIONS, files: 'one' } as const;

void runCommand(COMMAND, async (values, path = '') => {
  const plans = withUniqueNames((await readExport(path)).map(planWebhook));
  if (values['dry-run']) return dryRun(plans);
  const url = readUrl(values.url);
  process.exitCode = await run(plans, url, await readKey(values['key-file'] ?? null), values.again === true);
  return undefined;
});

function dryRun(plans: readonly Plan[]): string {
  const results = plans.map((plan): Imported => ({ ...plan, outcome: expected(plan), secrets: null }));
  process.exitCode = exitCode(results);
  return `${inputsOf(plans)}\n${reportOn(results)}\nNothing was created: this was a dry run.\n`;
}

function expected({ input, problems, pauses }: Plan): Imported['outcome'] {
  if (input === null) return 'REFUSED';
  return problems.length + pauses.length > 0 ? 'PAUSED' : 'IMPORTED';
}

async function run(plans: readonly Plan[], url: string, key: string, again: boolean): Promise<number> {
  const results: Imported[] = [];
  try {
    await importWebhooks(createClient(url, key), plans, again, (imported) => results.push(imported));
  } finally {
    // also if the import breaks off: the secrets of the created webhooks are nowhere else
    if (results.length > 0 || plans.length === 0)
      process.stdout.write([reportOn(results), secretsOf(results)].filter(Boolean).join('\n'));
  }
  return exitCode(results);
}

function exitCode(results: readonly Imported[]): number {
  return results.every(({ outcome }) => outcome === 'IMPORTED' || outcome === 'SKIPPED') ? 0 : 1;
}
