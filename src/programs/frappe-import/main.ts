import { parseArgs } from 'node:util';
import { ACCESS_HELP, readKey, readUrl } from '../api-access';
import { createClient } from '../api-client';
import { CommandError } from '../command-error';
import { type Imported, importWebhooks } from './import-webhooks';
import { type Plan, planWebhook } from './plan/plan';
import { withUniqueNames } from './plan/unique-names';
import { readExport } from './reading/read-export';
import { inputsOf, reportOn, secretsOf } from './report';

const HELP = `npm run import:frappe -- FILE [--dry-run] [--again] [--url URL] [--key-file FILE]

  FILE             Webhook documents as Frappe exports them: fixtures, or an answer of its REST API
  --dry-run        print what would be created, and create nothing
  --again          create also what is there already: same name, document type and URL
${ACCESS_HELP}
Exit: 0 every webhook is imported as it was, 1 some need manual work, 2 not possible (an argument, a file, the key or the server).
`;

const OPTIONS = {
  'dry-run': { type: 'boolean' },
  again: { type: 'boolean' },
  url: { type: 'string' },
  'key-file': { type: 'string' },
  help: { type: 'boolean' },
} as const;

function say(text: string): void {
  process.stdout.write(text);
}

async function main(): Promise<number> {
  const { values, positionals } = readArguments();
  if (values.help) {
    say(HELP);
    return 0;
  }
  const [path, ...more] = positionals;
  if (path === undefined || more.length > 0) throw new CommandError(`One file is expected.\n\n${HELP}`);
  const plans = withUniqueNames((await readExport(path)).map(planWebhook));
  if (values['dry-run']) return dryRun(plans);
  const url = readUrl(values.url);
  return run(plans, url, await readKey(values['key-file'] ?? null), values.again === true);
}

function readArguments() {
  try {
    return parseArgs({ options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new CommandError(`${(error as Error).message}\n\n${HELP}`);
  }
}

function dryRun(plans: readonly Plan[]): number {
  const results = plans.map((plan): Imported => ({ ...plan, outcome: expected(plan), secrets: null }));
  say(`${inputsOf(plans)}\n${reportOn(results)}\nNothing was created: this was a dry run.\n`);
  return exitCode(results);
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
      say([reportOn(results), secretsOf(results)].filter(Boolean).join('\n'));
  }
  return exitCode(results);
}

function exitCode(results: readonly Imported[]): number {
  return results.every(({ outcome }) => outcome === 'IMPORTED' || outcome === 'SKIPPED') ? 0 : 1;
}

main()
  .then((code) => {
    process.exitCode = code;
  })
  .catch((error: Error) => {
    process.stderr.write(`${error.name === 'CommandError' ? error.message : (error.stack ?? error.message)}\n`);
    process.exitCode = 2;
  });
