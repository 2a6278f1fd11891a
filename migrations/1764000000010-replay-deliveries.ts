import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sending again what was frozen, on somebody's order; and requests that were made to try a webhook out. */
export class ReplayDeliveries1764000000010 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table replays (
        id uuid not null,
        status text not null,
        condition text,                   -- JSON: the DeliveryWhere that was asked for; null: one delivery
        delivery_id uuid,
        reason text not null,
        rate integer not null,            -- deliveries a second at most
        ordered_by uuid not null,
        last_delivery_id uuid not null,   -- what is newer was not there when it was ordered
        cursor uuid,                      -- the last delivery that was looked at
        total integer not null,           -- how many met the condition when it was ordered
        replayed integer not null,
        skipped integer not null,         -- could not be sent again, such as one that is being sent
        next_step_at timestamptz(3) not null,
        error text,
        created_at timestamptz(3) not null,
        started_at timestamptz(3),
        finished_at timestamptz(3),
        constraint replays_pkey primary key (id),
        constraint replays_status_check check (status in ('PENDING', 'RUNNING', 'PAUSED', 'COMPLETED', 'CANCELLED', 'FAILED')),
        constraint replays_finished_check check
          ((finished_at is null) = (status in ('PENDING', 'RUNNING', 'PAUSED'))),
        constraint replays_ordered_by_fkey foreign key (ordered_by) references users (id)
      )`);
    await db.query(`
      create index replays_open_idx on replays (next_step_at) where status in ('PENDING', 'RUNNING')`);
    await db.query(`
      alter table deliveries
        add test boolean not null default false,             -- tries a webhook out; made by testWebhook
        add round_start integer not null default 0,          -- attempts before it was replayed: the schedule begins anew
        add replay_id uuid,                                  -- the last replay
        add delivered_at timestamptz(3),                     -- the first time that it arrived
        add cancel_requested boolean not null default false  -- on the wire when it was cancelled: not tried again`);
    await db.query(`
      alter table webhook_request_logs
        add test boolean not null default false,
        add replay_id uuid`);
    await this.triggerOver(db, ', test, replay_id');
  }

  async down(db: QueryRunner): Promise<void> {
    await this.triggerOver(db, '');
    await db.query('alter table webhook_request_logs drop test, drop replay_id');
    await db.query(`
      alter table deliveries drop test, drop round_start, drop replay_id, drop delivered_at, drop cancel_requested`);
    await db.query('drop table replays');
  }

  // The trigger of KeepClosedRows, over the columns that a row is opened with.
  private async triggerOver(db: QueryRunner, more: string): Promise<void> {
    const columns =
      `id, webhook_id, direction, document_type, event, reference_document, business_event_id, delivery_id,
      user_id, attempt_number, duplicate, method, url, headers, payload_id, secret_id, started_at${more}`.split(/,\s+/);
    const of = (row: string) => `(${columns.map((column) => `${row}.${column}`).join(', ')})`;
    await db.query('drop trigger open_rows_are_only_closed on webhook_request_logs');
    await db.query(`
      create trigger open_rows_are_only_closed before update on webhook_request_logs
        for each row when (old.finished_at is null and (new.finished_at is null or ${of('new')} is distinct from
          ${of('old')}))
        execute function refuse_change()`);
  }
}
