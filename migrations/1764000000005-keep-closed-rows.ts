import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A closed request never changes and no row of the record is deleted, whoever asks: the application's login has no
 * such grant, and these triggers stop the owner's mistakes too.
 */
export class KeepClosedRows1764000000005 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create function refuse_change() returns trigger language plpgsql as $$
      begin
        raise exception '% on % is refused: the record is write-once', tg_op, tg_table_name
          using errcode = 'integrity_constraint_violation';
      end $$`);
    await db.query(`
      create trigger closed_rows_never_change before update on webhook_request_logs
        for each row when (old.finished_at is not null) execute function refuse_change()`);
    // in the WHEN clause, which costs nothing like a call of a function: every delivery closes rows
    await db.query(`
      create trigger open_rows_are_only_closed before update on webhook_request_logs
        for each row when (old.finished_at is null and (new.finished_at is null or
          (new.id, new.webhook_id, new.direction, new.document_type, new.event, new.reference_document,
           new.business_event_id, new.delivery_id, new.user_id, new.attempt_number, new.duplicate, new.method,
           new.url, new.headers, new.payload_id, new.secret_id, new.started_at)
          is distinct from
          (old.id, old.webhook_id, old.direction, old.document_type, old.event, old.reference_document,
           old.business_event_id, old.delivery_id, old.user_id, old.attempt_number, old.duplicate, old.method,
           old.url, old.headers, old.payload_id, old.secret_id, old.started_at)))
        execute function refuse_change()`);
    await db.query(`
      create trigger payloads_never_change before update on payloads
        for each row execute function refuse_change()`);
    await db.query(`
      create trigger entries_never_change before update on audit_entries
        for each row execute function refuse_change()`);
    for (const table of ['webhook_request_logs', 'payloads', 'business_events', 'deliveries', 'audit_entries']) {
      await db.query(`
        create trigger rows_are_never_deleted before delete on ${table}
          for each row execute function refuse_change()`);
      await db.query(`
        create trigger never_truncated before truncate on ${table}
          for each statement execute function refuse_change()`);
    }
  }

  async down(db: QueryRunner): Promise<void> {
    for (const table of ['webhook_request_logs', 'payloads', 'business_events', 'deliveries', 'audit_entries']) {
      await db.query(`drop trigger rows_are_never_deleted on ${table}`);
      await db.query(`drop trigger never_truncated on ${table}`);
    }
    await db.query('drop trigger entries_never_change on audit_entries');
    await db.query('drop trigger payloads_never_change on payloads');
    await db.query('drop trigger open_rows_are_only_closed on webhook_request_logs');
    await db.query('drop trigger closed_rows_never_change on webhook_request_logs');
    await db.query('drop function refuse_change');
  }
}
