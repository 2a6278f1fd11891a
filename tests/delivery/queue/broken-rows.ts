// What may be done to rows by hand, so that the transactions that change their state fail.
import { uuidOf } from '../../../src/values/ids';
import type { TestApp } from '../../support/app';
import { invoice, publish } from '../../support/webhooks';
import { deliveriesOf } from '../attempt/stored-attempts';

/** Refuses changes of rows. @param only which, as SQL about `new` @returns lifts it, as the next refusal does */
export async function refuse(
  app: Pick<TestApp, 'database'>,
  table: string,
  when: 'insert' | 'update',
  only: string,
): Promise<() => Promise<void>> {
  await app.database.query('drop function if exists refuse_by_hand cascade');
  await app.database.query(`create function refuse_by_hand() returns trigger language plpgsql as
    $$ begin if ${only} then raise 'refused by hand'; end if; return new; end $$`);
  await app.database.query(
    `create trigger refuse_by_hand before ${when} on ${table} for each row execute function refuse_by_hand()`,
  );
  return async () => {
    await app.database.query('drop function refuse_by_hand cascade');
  };
}

/** The test of `refuse` for what INV-5 owes under a webhook. */
export const theFifth = (webhookId: string) =>
  `new.webhook_id = '${uuidOf('Webhook', webhookId)}' and new.reference_document = 'INV-5'`;

/** INV-0 to INV-9. */
export async function publishTen(app: TestApp, documentType: string): Promise<void> {
  await publish(
    app,
    Array.from({ length: 10 }, (_, n) => invoice(`INV-${n}`, { documentType })),
  );
}

/** The documents of which something was delivered. */
export async function deliveredOf(app: TestApp, webhookId: string): Promise<string[]> {
  const found = await deliveriesOf(app, webhookId);
  return found.filter(({ status }) => status === 'DELIVERED').map(({ referenceDocument }) => referenceDocument);
}

export interface StoredDeadLetter {
  kind: string;
  error: string;
  failures: number;
}

export function deadLetters(app: TestApp): Promise<StoredDeadLetter[]> {
  return app.database.query<StoredDeadLetter>('select kind, error, failures from dead_letters order by failed_at');
}

/** Their time to be tried again has come. */
export async function makeRetriable(app: TestApp): Promise<void> {
  await app.database.query(`update dead_letters set retry_at = now() - interval '1 s'`);
}
