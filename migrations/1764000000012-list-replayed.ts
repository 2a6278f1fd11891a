import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a replay sent again, as a list. Few deliveries are ever replayed: the index holds those alone. */
export class ListReplayed1764000000012 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query('create index deliveries_replay_id_idx on deliveries (replay_id, id) where replay_id is not null');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop index deliveries_replay_id_idx');
  }
}
