// Where the API answers, and the key that a command sends.
import { readFile } from 'node:fs/promises';
import { environment } from '../config/config';
import { CommandError } from './command-error';

export const DEFAULT_URL = 'http://127.0.0.1:4000';

/** @throws CommandError */
export function readUrl(text: string = DEFAULT_URL): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.search === '') return url.href;
  throw new CommandError(`--url ${text} is not a URL such as https://hookledger.example.com.`);
}

/** @param path a file that holds the key; null: the variable of the environment does. @throws CommandError */
export async function readKey(path: string | null, variable: string): Promise<string> {
  const key = path === null ? environment()[variable] : await readFile(path, 'utf8').catch(() => null);
  if (key === null) throw new CommandError(`${path} cannot be read: it must contain an API key.`);
  if (!key || !/^[\x21-\x7e]+$/.test(key.trim())) {
    const fault =
      path === null
        ? `The environment has no API key: set ${variable}, or name a file with --key-file.`
        : `${path} contains no API key.`;
    throw new CommandError(fault);
  }
  return key.trim();
}
