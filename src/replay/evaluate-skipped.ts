// Evaluates skipped deliveries again, before the transaction that reopens them: conditions and templates may take long, and no
// lock may wait for them. None of these deliveries was ever sent, so nothing of them has to stay as it was.
import { type RenderedDelivery, storeRequests } from '../delivery/commands/delivery-commands.store';
import { deliveriesById } from '../delivery/delivery.store';
import { newPayloadsOf, type Rendered, renderRequests } from '../delivery/fan-out/render-requests';
import { outboxEventsById } from '../events/business-event.store';
import { insertPayloads } from '../events/payload.store';
import type { Db } from '../sql/db';
import { versionedWebhooksById } from '../webhooks/outgoing-webhook.store';

/** What would be sent, or why nothing is. */
export interface Evaluation {
  rendered: Rendered;
  /** It holds until the webhook is changed: the transaction that last changed it. */
  changedIn: string;
}

/** By the ids of the deliveries. */
export type Evaluations = ReadonlyMap<string, Evaluation>;

/** The skipped deliveries that must be evaluated before anything is changed. */
export interface ToEvaluate {
  toEvaluate: readonly string[];
}

/** How often a delivery is evaluated, because its webhook was changed meanwhile. */
const MAX_EVALUATIONS = 5;

/** @param attempt a transaction that changes nothing if it returns `toEvaluate`; the last one must not return it */
export async function withEvaluations<Result extends object>(
  db: Db,
  attempt: (evaluations: Evaluations, isLast: boolean) => Promise<Result | ToEvaluate>,
): Promise<Result> {
  let evaluations: Evaluations = new Map();
  for (let tries = 0; ; tries += 1) {
    const result = await attempt(evaluations, tries === MAX_EVALUATIONS);
    if (!('toEvaluate' in result)) return result;
    evaluations = await evaluateSkipped(db, result.toEvaluate);
  }
}

// By the current conditions and templates. Duplicates are sent: the user who replays one knows that the partner received the
// original.
async function evaluateSkipped(db: Db, ids: readonly string[]): Promise<Evaluations> {
  const deliveries = [...(await deliveriesById(db, ids)).values()];
  const [events, webhooks] = await Promise.all([
    outboxEventsById(db, [...new Set(deliveries.map((each) => each.businessEventId))]),
    versionedWebhooksById(db, [...new Set(deliveries.map((each) => each.webhookId))]),
  ]);
  const matches = deliveries.flatMap(({ id, businessEventId, webhookId }) => {
    const [event, webhook] = [events.get(businessEventId), webhooks.get(webhookId)];
    return event && webhook ? { id, event, webhook } : [];
  });
  const rendered = await renderRequests(db, matches);
  return new Map(
    matches.map(({ id, webhook }, index) => [
      id,
      { rendered: rendered[index] as Rendered, changedIn: webhook.changedIn },
    ]),
  );
}

/** Stores the requests of skipped deliveries. Reopen them in the same transaction. */
export async function storeEvaluated(
  db: Db,
  evaluated: readonly { id: string; evaluation: Evaluation }[],
): Promise<void> {
  const sendable = evaluated.flatMap(({ id, evaluation: { rendered } }): RenderedDelivery[] =>
    'skipReason' in rendered ? [] : [{ ...rendered, id, headers: JSON.stringify(rendered.headers) }],
  );
  await insertPayloads(db, newPayloadsOf(evaluated.map(({ evaluation }) => evaluation.rendered)));
  await storeRequests(db, sendable);
}
