// What hookledger export-webhooks and import-webhooks have in common: their options, and the codes they end with.
import { readKey, readUrl } from '../api-access';
import { type Client, createClient, Forbidden, Refusal, type UserError } from '../api-client';
import { CommandError } from '../command-error';
import { visible } from '../terminal-text';

export const ACCESS_OPTIONS = { url: { type: 'string' }, 'key-file': { type: 'string' } } as const;

export const EXIT_CODES = `Exit: 0 done, 1 refused and nothing changed, 2 not possible (an argument, a file, the key or the server).
`;

/** A transaction of 500 webhooks takes seconds; on a machine with other work, many more. */
const TIMEOUT_MS = 300_000;

/** The arguments are wrong. */
export class UsageError extends CommandError {}

/** The API refuses; each line says what, and what is expected. */
export class Refused extends Error {
  constructor(lines: readonly string[]) {
    super(lines.join('\n'));
    this.name = 'Refused';
  }
}

export async function clientOf(values: { url?: string; 'key-file'?: string }): Promise<Client> {
  const url = readUrl(values.url);
  return createClient(url, await readKey(values['key-file'] ?? null), TIMEOUT_MS);
}

/**
 * @param names what the user has given for the first part of a field, such as the name of the file for `document`
 * @throws Refused if there are errors
 */
export function refuseErrors(errors: readonly UserError[], names: Readonly<Record<string, string>>): void {
  if (errors.length === 0) return;
  throw new Refused(
    errors.map(({ field, message }) => {
      const [first = '', ...rest] = field ?? [];
      return [names[first] ?? first, rest.join('.'), message].filter((part) => part !== '').join(': ');
    }),
  );
}

/** Runs a command, and sets the code that the process ends with. */
export async function runCommand(help: string, command: () => Promise<string>): Promise<void> {
  try {
    process.stdout.write(await command());
  } catch (error) {
    process.stderr.write(`${messageOf(error as Error, help)}\n`);
    process.exitCode = [Refused, Refusal, Forbidden].some((kind) => error instanceof kind) ? 1 : 2;
  }
}

function messageOf(error: Error, help: string): string {
  if (error instanceof UsageError) return `${error.message}\n\n${help}`;
  const isExpected = error instanceof CommandError || error instanceof Refused;
  return isExpected ? visible(error.message) : (error.stack ?? error.message);
}
