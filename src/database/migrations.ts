// The files of migrations/ as classes for TypeORM, in the order of the numbers with which their names begin.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { SOURCE_FOLDER } from '../source-folder';
import { buildIndexes, concurrentIndexes } from './concurrent-indexes';

/** Beside src/; `npm run build` copies it, so that it is beside dist/src/ too. */
const FOLDER = join(SOURCE_FOLDER, '../migrations');

/** TypeORM requires a timestamp at the end of each name and stores it. All migrations of Hookledger are in this range. */
export const TIMESTAMPS = { first: 1_764_000_000_001, last: 1_764_000_000_999 };

/** The line of a file that names the oldest version whose processes work beside this migration. */
const RUNS_BESIDE = /^-- runs beside: (.*)$/m;
const VERSION_FORM = /^\d+\.\d+(\.\d+)?$/;

const numberOf = (file: string) => Number.parseInt(file, 10);

export const MIGRATION_FILES: readonly string[] = readdirSync(FOLDER)
  .filter((file) => /^\d+-.+\.sql$/.test(file))
  .sort((one, other) => numberOf(one) - numberOf(other));

export const MIGRATIONS = MIGRATION_FILES.map((file) => {
  const sql = readFileSync(join(FOLDER, file), 'utf8');
  const hash = createHash('sha256').update(sql).digest('hex').slice(0, 16);
  const beside = runsBeside(sql, file);
  const indexes = concurrentIndexes(sql, file);

  return class implements MigrationInterface {
    /**
     * TypeORM stores it in the transaction of the migration: the database has a hash of each text it was made from, and an older
     * version reads there whether it may work on.
     */
    name = [file, hash, ...(beside === null ? [] : ['beside', beside]), TIMESTAMPS.first + numberOf(file) - 1].join(
      ' ',
    );
    /** undefined: as TypeORM is told for all. */
    transaction = indexes === null ? undefined : false;

    async up(db: QueryRunner): Promise<void> {
      if (indexes === null) await db.query(sql);
      else await buildIndexes(db, indexes);
    }

    async down(): Promise<void> {
      throw new Error('Migrations are not reverted. Restore a backup.');
    }
  };
});

/** @returns null: the migration is of the first release, before which there was no version */
export function runsBeside(sql: string, file: string): string | null {
  const [, version = null] = RUNS_BESIDE.exec(sql) ?? [];
  if (version === null || VERSION_FORM.test(version)) return version;
  throw new Error(`migrations/${file}: "-- runs beside: ${version}" must name a version, such as 0.2.`);
}

/** A migration that has run, by the name under which it is stored. */
export interface StoredMigration {
  name: string;
  file: string;
  /** The oldest version whose processes work beside it; null: it names none. */
  beside: string | null;
}

export function storedMigration(name: string): StoredMigration {
  const [file = name, , word, version] = name.split(' ');
  return { name, file, beside: word === 'beside' && version !== undefined ? version : null };
}

/** Whether a version is the other one or a later one. What is not named is 0. */
export function isAtLeast(version: string, oldest: string): boolean {
  const [ours, theirs] = [version, oldest].map((each) => each.split('.').map((part) => Number.parseInt(part, 10)));
  for (let n = 0; n < 3; n += 1) {
    const difference = (ours?.[n] ?? 0) - (theirs?.[n] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
