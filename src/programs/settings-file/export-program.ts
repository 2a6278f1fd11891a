// hookledger export-webhooks [FILE]: writes the settings of webhooks as a file.
import { writeFile } from 'node:fs/promises';
import { ACCESS_HELP, type UserError } from '../api-client';
import { ACCESS_OPTIONS, clientOf, EXIT_CODES, readJsonOption, refuseErrors, runCommand } from '../command';
import { CommandError } from '../terminal';

const HELP = `hookledger export-webhooks [FILE] [--where JSON] [--url URL] [--key-file FILE]

Writes the settings of webhooks, without their secrets, as a file for import-webhooks. docs/webhook-settings.md says more.

  FILE             is written, also if it exists; default: the standard output
  --where JSON     the webhooks, as in the API: '{"documentType": {"eq": "Sales Invoice"}}'; default: all
${ACCESS_HELP}
${EXIT_CODES}`;

const OPTIONS = { ...ACCESS_OPTIONS, where: { type: 'string' } } as const;

const EXPORT = `mutation ExportWebhooks($input: ExportWebhooksInput!) {
  exportWebhooks(input: $input) { file { text sha256 webhookCount } userErrors { field message } }
}`;

interface Exported {
  exportWebhooks: { file: { text: string; sha256: string; webhookCount: number } | null; userErrors: UserError[] };
}

const COMMAND = { name: 'export-webhooks', help: HELP, options: OPTIONS, files: 'one or none' } as const;

void runCommand(COMMAND, async (values, path) => {
  const input = values.where === undefined ? {} : { where: readJsonOption(COMMAND.name, '--where', values.where) };
  const client = await clientOf(values);
  const { exportWebhooks } = await client.ask<Exported>(EXPORT, { input });
  refuseErrors(exportWebhooks.userErrors, { where: '--where' });
  const { text, sha256, webhookCount } = exportWebhooks.file as NonNullable<Exported['exportWebhooks']['file']>;
  if (path === undefined) return text;
  await writeFile(path, text).catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(`${path} cannot be written (${error.code}).`);
  });
  return `${path} has ${webhookCount} webhook${webhookCount === 1 ? '' : 's'} (SHA-256 ${sha256}).\n`;
});
