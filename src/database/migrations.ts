import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { SOURCE_FOLDER } from '../source-folder';

/** In the order in which they run. A release freezes them; what changes after it is in further files. */
export const MIGRATION_FILES: readonly string[] = [
  '1-users.sql',
  '2-webhooks.sql',
  '3-events-and-deliveries.sql',
  '4-request-log.sql',
  '5-statistics-and-search.sql',
  '6-receiving.sql',
  '7-write-once-and-partitions.sql',
  '8-publish-event.sql',
  '9-evidence.sql',
  '10-privacy.sql',
  '11-dropped-months.sql',
  '12-names.sql',
  '13-approvals.sql',
];

/** Beside src/; `npm run build` copies it, so that it is beside dist/src/ too. */
const FOLDER = join(SOURCE_FOLDER, '../migrations');

/** TypeORM requires a timestamp at the end of each name and stores it. All migrations of Hookledger are in this range. */
export const TIMESTAMPS = { first: 1_764_000_000_001, last: 1_764_000_000_999 };

/** The migrations as classes for TypeORM. */
export const MIGRATIONS = MIGRATION_FILES.map((file, index) => {
  const sql = readFileSync(join(FOLDER, file), 'utf8');
  const hash = createHash('sha256').update(sql).digest('hex').slice(0, 16);

  return class implements MigrationInterface {
    /** TypeORM stores it in the transaction of the migration: the database has a hash of each text it was made from. */
    name = `${file} ${hash} ${TIMESTAMPS.first + index}`;

    async up(db: QueryRunner): Promise<void> {
      await db.query(sql);
    }

    async down(): Promise<void> {
      throw new Error('Migrations are not reverted. Restore a backup.');
    }
  };
});
