// hookledger export-webhooks [FILE]: writes the settings of webhooks as a file.
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { ACCESS_HELP } from '../api-access';
import type { UserError } from '../api-client';
import { CommandError } from '../command-error';
import { ACCESS_OPTIONS, clientOf, EXIT_CODES, refuseErrors, runCommand, UsageError } from './run-command';

const HELP = `hookledger export-webhooks [FILE] [--where JSON] [--url URL] [--key-file FILE]

Writes the settings of webhooks, without their secrets, as a file for import-webhooks. docs/webhook-settings.md says more.

  FILE             is written, also if it exists; default: the standard output
  --where JSON     the webhooks, as in the API: '{"documentType": {"eq": "Sales Invoice"}}'; default: all
${ACCESS_HELP}
${EXIT_CODES}`;

const OPTIONS = { ...ACCESS_OPTIONS, where: { type: 'string' }, help: { type: 'boolean' } } as const;

const EXPORT = `mutation ExportWebhooks($input: ExportWebhooksInput!) {
  exportWebhooks(input: $input) { file { text sha256 webhookCount } userErrors { field message } }
}`;

interface Exported {
  exportWebhooks: { file: { text: string; sha256: string; webhookCount: number } | null; userErrors: UserError[] };
}

async function exportWebhooks(): Promise<string> {
  const { values, positionals } = readArguments();
  if (values.help) return HELP;
  const [path, ...more] = positionals;
  if (more.length > 0) throw new UsageError(`One file is expected, not ${positionals.length}.`);
  const input = values.where === undefined ? {} : { where: readWhere(values.where) };
  const client = await clientOf(values);
  const { exportWebhooks } = await client.ask<Exported>(EXPORT, { input });
  refuseErrors(exportWebhooks.userErrors, { where: '--where' });
  const { text, sha256, webhookCount } = exportWebhooks.file as NonNullable<Exported['exportWebhooks']['file']>;
  if (path === undefined) return text;
  await writeFile(path, text).catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(`${path} cannot be written (${error.code}).`);
  });
  return `${path} has ${webhookCount} webhook${webhookCount === 1 ? '' : 's'} (SHA-256 ${sha256}).\n`;
}

function readArguments() {
  try {
    return parseArgs({ options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function readWhere(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`--where is not JSON: ${(error as Error).message}.`);
  }
}

void runCommand(HELP, exportWebhooks);
