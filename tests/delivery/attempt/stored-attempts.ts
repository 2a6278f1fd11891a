import { uuidOf } from '../../../src/values/ids';
import type { TestApp } from '../../support/app';
import { waitFor } from '../../support/wait-for';

export interface DeliveryState {
  id: string;
  referenceDocument: string;
  status: string;
  skipReason: string | null;
  skipMessage: string | null;
  attempts: number;
  held: boolean;
  jobId: string | null;
  openRequestId: string | null;
  nextAttemptAt: Date | null;
  finishedAt: Date | null;
}

export interface AttemptState {
  id: string;
  deliveryId: string;
  attemptNumber: number;
  status: string;
  errorCode: string | null;
  error: string | null;
  finishedAt: Date | null;
}

/** What is owed under a webhook, oldest first, as the table has it. */
export function deliveriesOf(app: TestApp, webhookId: string): Promise<DeliveryState[]> {
  return app.database.prepared<DeliveryState>(
    `select id, reference_document as "referenceDocument", status, skip_reason as "skipReason",
       skip_message as "skipMessage", attempts, held, job_id as "jobId", open_request_id as "openRequestId",
       next_attempt_at as "nextAttemptAt", finished_at as "finishedAt"
     from deliveries where webhook_id = $1 order by id`,
    [uuidOf('Webhook', webhookId)],
  );
}

/** The requests made under a webhook, oldest first, as the table has them. */
export function attemptsOf(app: TestApp, webhookId: string): Promise<AttemptState[]> {
  return app.database.prepared<AttemptState>(
    `select id, delivery_id as "deliveryId", attempt_number as "attemptNumber", status, error_code as "errorCode",
       error, finished_at as "finishedAt"
     from webhook_request_logs where webhook_id = $1 order by id`,
    [uuidOf('Webhook', webhookId)],
  );
}

/** Waits until the webhook's only delivery is so, and gives it back. */
export function deliveryThatIs(
  app: TestApp,
  webhookId: string,
  what: string,
  isSo: (delivery: DeliveryState) => boolean,
  limitMs?: number,
): Promise<DeliveryState> {
  const ask = async () => (await deliveriesOf(app, webhookId)).find(isSo);
  return waitFor(`a delivery that is ${what}`, ask, limitMs);
}

/** Waits until a webhook has exactly this number of deliveries and all are finished. */
export function allFinished(
  app: TestApp,
  webhookId: string,
  count: number,
  limitMs?: number,
): Promise<DeliveryState[]> {
  const ask = async () => {
    const [row] = await app.database.prepared<{ finished: number; open: number }>(
      `select count(finished_at)::int as finished, (count(*) - count(finished_at))::int as open
       from deliveries where webhook_id = $1`,
      [uuidOf('Webhook', webhookId)],
    );
    return row?.finished === count && row.open === 0 && deliveriesOf(app, webhookId);
  };
  return waitFor(`${count} finished deliveries`, ask, limitMs);
}

/** How many rows of each status, such as `{ DELIVERED: 12 }`. */
export function countByStatus(rows: readonly { status: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of rows) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** Changes a webhook's state as a manager would. */
export async function turn(app: TestApp, how: 'pause' | 'resume' | 'archive', id: string): Promise<void> {
  const name = `${how}Webhook`;
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
  const answer = await app.ask(`mutation ($input: ${type}!) { ${name}(input: $input) { userErrors { message } } }`, {
    input: { id },
  });
  const faults = answer.data?.[name]?.userErrors;
  if (!faults || faults.length > 0) throw new Error(JSON.stringify(answer));
}

/** Lets the leases of all workers expire, as 7 s after the last sign of life. They are taken over when they were found expired three times. */
export async function expireLeases(app: TestApp): Promise<void> {
  await app.database.query('update worker_leases set expires_at = now() where expires_at > now()');
}
