// What the commands of `hookledger` have in common: how they read their arguments, and the codes they end with.
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { writeFatalError } from '../app/stopping';
import { type Client, createClient, Forbidden, Refusal, readKey, readUrl, type UserError } from './api-client';
import { CommandError, cell, visible } from './terminal';

type Options = NonNullable<ParseArgsConfig['options']>;
type Values<Given extends Options> = ReturnType<typeof parseArgs<{ options: Given; allowPositionals: true }>>['values'];

export interface Command<Given extends Options> {
  /** As in bin/commands.json. */
  name: string;
  help: string;
  options: Given;
  /** What it takes beside its options; default: nothing. */
  files?: 'one' | 'one or none';
}

/** @returns what the command prints, if it has not printed it */
type Act<Given extends Options> = (values: Values<Given>, file: string | undefined) => Promise<string | undefined>;

/** The arguments are wrong. One sentence, which ends with where the right ones are. */
export class UsageError extends CommandError {
  constructor(command: string, fault: string) {
    super(`${fault}: hookledger ${command} --help says what it takes.`);
  }
}

/** The API refuses; each line says what, and what is expected. */
export class Refused extends Error {
  constructor(lines: readonly string[]) {
    super(lines.join('\n'));
    this.name = 'Refused';
  }
}

export const ACCESS_OPTIONS = { url: { type: 'string' }, 'key-file': { type: 'string' } } as const;

export const EXIT_CODES = `Exit: 0 done, 1 refused and nothing changed, 2 not possible (an argument, a file, the key or the server).
`;

/** Runs a command that asks the API, and sets the code that the process ends with, as EXIT_CODES says. */
export async function runCommand<const Given extends Options>(command: Command<Given>, act: Act<Given>): Promise<void> {
  try {
    await runWithArguments(command, act);
  } catch (error) {
    const isExpected = error instanceof CommandError || error instanceof Refused;
    const { message, stack } = error as Error;
    process.stderr.write(`${isExpected ? visible(message) : (stack ?? message)}\n`);
    process.exitCode = [Refused, Refusal, Forbidden].some((kind) => error instanceof kind) ? 1 : 2;
  }
}

/**
 * Runs a command that needs no server. It ends with 2 for wrong arguments, and with 1 for a failure.
 * @param expectedErrors the names of further errors that are shown without a stack, because their messages say what to do
 */
export async function runLocalCommand<const Given extends Options>(
  command: Command<Given>,
  act: Act<Given>,
  expectedErrors: readonly string[] = [],
): Promise<void> {
  try {
    await runWithArguments(command, act);
  } catch (error) {
    writeFatalError(error as Error, ['CommandError', ...expectedErrors]);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}

async function runWithArguments<Given extends Options>(command: Command<Given>, act: Act<Given>): Promise<void> {
  const { isHelp, values, file } = readArguments(command, process.argv.slice(2));
  const printed = isHelp ? command.help : await act(values, file);
  if (printed !== undefined) process.stdout.write(printed);
}

/** @throws UsageError */
export function readArguments<Given extends Options>(
  { name, options, files }: Command<Given>,
  args: string[],
): { isHelp: boolean; values: Values<Given>; file: string | undefined } {
  const withHelp = { ...options, help: { type: 'boolean', short: 'h' } } as const;
  const { values, positionals } = parse(name, args, withHelp);
  const isHelp = (values as { help?: boolean }).help === true;
  const [file, ...more] = positionals;
  if (!isHelp) {
    if (!files && file !== undefined) throw new UsageError(name, `${cell(file)} is not expected`);
    if (files && more.length > 0) throw new UsageError(name, `One file is expected, not ${positionals.length}`);
    if (files === 'one' && file === undefined) throw new UsageError(name, 'One file is expected');
  }
  return { isHelp, values: values as Values<Given>, file };
}

function parse(name: string, args: string[], options: Options) {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    // what follows the first sentence explains how an argument that begins with - is written
    const [fault = ''] = (error as Error).message.split(/\.?(?:\s*\n|\. |$)/);
    throw new UsageError(name, fault);
  }
}

/** A transaction of 500 webhooks takes seconds; on a machine with other work, many more. */
const TIMEOUT_MS = 300_000;

export async function clientOf(values: { url?: string; 'key-file'?: string }): Promise<Client> {
  const url = readUrl(values.url);
  return createClient(url, await readKey(values['key-file'] ?? null), TIMEOUT_MS);
}

/** @throws UsageError that names the option */
export function readJsonOption(command: string, option: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(command, `${option} is not JSON (${(error as Error).message})`);
  }
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
