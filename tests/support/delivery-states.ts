import type { TestDatabase } from './database';

/** Makes the outbox and the tables of states agree with events and deliveries that a test wrote by SQL. */
export async function listStates(database: Pick<TestDatabase, 'query'>): Promise<void> {
  await database.query('truncate outbox, open_deliveries, finished_deliveries, blocking_deliveries');
  await database.query('insert into outbox select id from business_events where fanned_out_at is null');
  await database.query(
    `insert into open_deliveries (id, webhook_id, document_type, status, held, waits_for, next_attempt_at)
     select id, webhook_id, document_type, status, held, waits_for, next_attempt_at from deliveries where finished_at is null`,
  );
  await database.query(
    `insert into finished_deliveries (id, webhook_id, document_type, status, finished_at)
     select id, webhook_id, document_type, status, finished_at from deliveries where finished_at is not null`,
  );
  await database.query(
    `insert into blocking_deliveries (webhook_id, document_type, reference_document, id)
     select webhook_id, document_type, reference_document, id from deliveries where blocks`,
  );
}
