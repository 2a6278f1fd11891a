import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Whoever steals the serving login can add rows: these say when they were added. A request or an audit entry of the past, by
 * its time or by its id, is refused, so that a record cannot be forged afterwards. The owner may import.
 */
export class DateRowsAsTheyCome1764000000022 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create function refuse_past_row() returns trigger language plpgsql
        set search_path = pg_catalog, pg_temp as $$
      begin
        if pg_has_role(current_user, (select relowner from pg_class where oid = tg_relid), 'usage') then
          return new;
        end if;
        raise exception 'insert into % is refused: its time is more than 10 minutes ago', tg_table_name
          using errcode = 'integrity_constraint_violation';
      end $$`);
    // in the WHEN clause, which costs nothing like a call of a function: each attempt adds a row
    for (const [table, times] of Object.entries(TIMES)) {
      const tooEarly = ['id < first_id_at(', ...times.map((time) => `${time} < (`)]
        .map((bound) => `new.${bound}now() - interval '10 minutes')`)
        .join(' or ');
      await db.query(`
        create trigger rows_are_of_now before insert on ${table} for each row
          when (${tooEarly}) execute function refuse_past_row()`);
    }
  }

  async down(db: QueryRunner): Promise<void> {
    for (const table of Object.keys(TIMES)) {
      await db.query(`drop trigger rows_are_of_now on ${table}`);
    }
    await db.query('drop function refuse_past_row()');
  }
}

const TIMES = { webhook_request_logs: ['started_at', 'finished_at'], audit_entries: ['at'] };
