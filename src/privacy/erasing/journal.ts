// ERASURE_JOURNAL_FILE: what was erased, kept outside of the database, so that it is erased again after a backup was restored.
// One line of JSON for each step. It has ids and no content.
import { open, readFile } from 'node:fs/promises';
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
  /** Oldest first. A line that a crash cut off is left out. */
  read(): Promise<JournalLine[]>;
}

export const noJournal: ErasureJournal = {
  append: async () => undefined,
  read: async () => [],
};

export function journalAt(path: string): ErasureJournal {
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
    async read() {
      const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return '';
        throw error;
      });
      return text.split('\n').flatMap((line) => {
        try {
          return [JSON.parse(line) as JournalLine];
        } catch {
          return [];
        }
      });
    },
  };
}
