// hookledger import-webhooks FILE: creates and updates webhooks as a file of export-webhooks says.
import { parseArgs } from 'node:util';
import { MAX_BYTES } from '../../webhooks/settings-file/settings-document';
import { ACCESS_HELP } from '../api-access';
import type { UserError } from '../api-client';
import { CommandError } from '../command-error';
import { readFileText } from '../file-text';
import { type ImportAnswer, reportOn, secretsOf } from './import-report';
import { ACCESS_OPTIONS, clientOf, EXIT_CODES, refuseErrors, runCommand, UsageError } from './run-command';

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
  help: { type: 'boolean' },
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

async function importWebhooks(): Promise<string> {
  const { values, positionals } = readArguments();
  if (values.help) return HELP;
  const [path, ...more] = positionals;
  if (path === undefined || more.length > 0) throw new UsageError('One file is expected.');
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
}

function readArguments() {
  try {
    return parseArgs({ options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

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

void runCommand(HELP, importWebhooks);
