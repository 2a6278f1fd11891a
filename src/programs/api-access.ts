// Where the API answers, and the key that a command sends.
import { readFile } from 'node:fs/promises';
import { environment } from '../config/config';
import { CommandError } from './command-error';

export const DEFAULT_URL = 'http://127.0.0.1:4000';
/** Where a command finds the key that it sends, unless it is given a file. */
const KEY_VARIABLE = 'API_KEY';

/** Two options of a command, as its help explains them. */
export const ACCESS_HELP = `  --url URL        where Hookledger answers; default ${DEFAULT_URL}
  --key-file FILE  holds an API key of a SYSTEM_MANAGER or INTEGRATION_MANAGER; default: ${KEY_VARIABLE} of the environment
`;

/** @throws CommandError */
export function readUrl(text: string = DEFAULT_URL): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.search === '') return url.href;
  throw new CommandError(`--url ${text} is not a URL such as https://hookledger.example.com.`);
}

/** @param path a file that holds the key; null: the environment does. @throws CommandError */
export async function readKey(path: string | null): Promise<string> {
  const key = path === null ? environment()[KEY_VARIABLE] : await readFile(path, 'utf8').catch(() => null);
  if (key === null) throw new CommandError(`${path} cannot be read: it must contain an API key.`);
  if (!key || !/^[\x21-\x7e]+$/.test(key.trim())) {
    const fault =
      path === null
        ? `The environment has no API key: set ${KEY_VARIABLE}, or name a file with --key-file.`
        : `${path} contains no API key.`;
    throw new CommandError(fault);
  }
  return key.trim();
}
