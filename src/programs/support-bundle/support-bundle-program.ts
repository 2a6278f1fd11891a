// hookledger support-bundle: writes what a person outside needs to help, without secrets and content.
import { writeFile } from 'node:fs/promises';
import { environment } from '../../config/config';
import { runLocalCommand } from '../command';
import { CommandError } from '../terminal';
import { makeBundle } from './make-bundle';

const HELP = `hookledger support-bundle [FILE] [--log LOG]

Writes a JSON file for a person who helps: versions, settings (of secrets and names only that they are set), what doctor finds, health and metrics
of the server, sizes of tables, and the end of the log. It has no secret, no name or address of a person, and nothing of a document;
read it before you hand it over. Run it with the settings of the server, beside it. Without FILE it is printed.

  --log LOG  the file with the log of the server. Of each line it takes time, level, numbers and the text of the program; of an error its class,
             its code and the places in the program.

Exit: 0 written, also if a part is missing; 1 FILE exists or cannot be written; 2 wrong arguments.
`;

const OPTIONS = { log: { type: 'string' } } as const;

void runLocalCommand(
  { name: 'support-bundle', help: HELP, options: OPTIONS, files: 'one or none' },
  async ({ log }, file) => {
    const text = `${JSON.stringify(await makeBundle(environment(), log ?? null), null, 2)}\n`;
    if (file === undefined) return text;
    await writeFile(file, text, { flag: 'wx', mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
      throw new CommandError(
        `${file} ${error.code === 'EEXIST' ? 'exists: name another file' : `cannot be written (${error.code})`}.`,
      );
    });
    return `${file} is written. Read it before you hand it over.\n`;
  },
);
