import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What people did. Written in the transaction of the change it records. */
export class CreateAuditEntries1764000000004 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table audit_entries (
        id uuid not null,
        at timestamptz(3) not null,
        action text not null,             -- subject.verb, past tense: webhook.paused
        actor_id uuid,                    -- null: the system
        api_key_id uuid,
        subject_type text,
        subject_id uuid,
        details text,                     -- JSON: what changed; never a secret
        remote_address text,
        request_id text,
        constraint audit_entries_pkey primary key (id)
      )`);
    await db.query('create index audit_entries_subject_id_idx on audit_entries (subject_id, id)');
    await db.query('create index audit_entries_actor_id_idx on audit_entries (actor_id, id)');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop table audit_entries');
  }
}
