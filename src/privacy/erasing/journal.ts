// ERASURE_JOURNAL_FILE: what was erased, kept outside of the database, so that it is erased again after a backup was restored.
// One line of JSON for each step. It has ids and no content.
import { open } from 'node:fs/promises';
import { ConfigError } from '../../config/config';
import type { Log } from '../../logging/log';
import { isUuid } from '../../values/ids';
import type { StepRows } from './erased-rows.store';

export interface JournalLine extends StepRows {
  at: string;
  erasure: string;
  /** The user who was erased, if it was a person. */
  user: string | null;
}

export interface ErasureJournal {
  /** Returns when it is on the disk. */
  append(line: JournalLine): Promise<void>;
  /** Oldest first. What is no entry, such as a line that a crash cut off, is left out and logged. */
  read(): AsyncIterable<JournalLine>;
}

export const noJournal: ErasureJournal = {
  append: async () => undefined,
  async *read() {},
};

export function journalAt(path: string, log: Pick<Log, 'warn'>): ErasureJournal {
  return {
    async append(line) {
      const file = await open(path, 'a', 0o600);
      try {
        // a line that was cut off ends here
        await file.writeFile(`\n${JSON.stringify(line)}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
    },
    async *read() {
      const file = await openIfThere(path);
      if (file === null) return;
      let number = 0;
      for await (const text of file.readLines()) {
        number += 1;
        if (text.trim() === '') continue;
        const line = entryOf(text);
        if (line !== null) yield line;
        else log.warn({ file: path, line: number }, 'a line of the erasure journal is no entry: it is left out');
      }
    },
  };
}

/**
 * Called at the start: a journal that is missing because its path is wrong would be taken for an empty one.
 * @throws ConfigError
 */
export async function refuseUnwritableJournal(path: string): Promise<void> {
  try {
    await (await open(path, 'a', 0o600)).close();
  } catch (error) {
    throw new ConfigError([`ERASURE_JOURNAL_FILE: it cannot be written: ${(error as Error).message}`]);
  }
}

async function openIfThere(path: string) {
  try {
    return await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function entryOf(text: string): JournalLine | null {
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch {
    return null;
  }
  return isEntry(line) ? line : null;
}

function isEntry(line: unknown): line is JournalLine {
  if (typeof line !== 'object' || line === null) return false;
  const { events, deliveries, requests, user } = line as { [Name in keyof JournalLine]?: unknown };
  return [events, deliveries, requests].every(areIds) && (user === null || areIds([user]));
}

const areIds = (ids: unknown) => Array.isArray(ids) && ids.every((id) => typeof id === 'string' && isUuid(id));
