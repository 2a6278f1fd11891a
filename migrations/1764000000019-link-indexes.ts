import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What came of a delivery, and what was sent on a replay's order, as lists. Few events have a cause and few requests are
 * replayed: the indexes hold those alone, and the others cost nothing.
 */
export class LinkIndexes1764000000019 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(
      'create index business_events_caused_by_idx on business_events (caused_by, id) where caused_by is not null',
    );
    await db.query(
      'create index webhook_request_logs_replay_id_idx on webhook_request_logs (replay_id, id) where replay_id is not null',
    );
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop index webhook_request_logs_replay_id_idx');
    await db.query('drop index business_events_caused_by_idx');
  }
}
