// Evaluates skipped deliveries again, before the transaction that reopens them: conditions and templates may take long, and no
// lock may wait for them. None of these deliveries was ever sent, so nothing of them has to stay as it was.
import { type RenderedDelivery, storeRequests } from '../delivery/commands/delivery-commands.store';
import { deliveriesById } from '../delivery/delivery.store';
import { newPayloadsOf, type Rendered, renderRequests } from '../delivery/engine/render-requests';
import { MAX_RENDERED_AT_ONCE } from '../delivery/engine/skip-reasons/template-error';
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
export interface Evaluations {
  made: ReadonlyMap<string, Evaluation>;
  /** Left out: the documents or the requests of those before them have as many bytes as one step takes. */
  later: ReadonlySet<string>;
}

const NONE: Evaluations = { made: new Map(), later: new Set() };

/** The skipped deliveries that must be evaluated before anything is changed, in the order in which they are sent. */
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
  let evaluations = NONE;
  for (let tries = 0; ; tries += 1) {
    const result = await attempt(evaluations, tries === MAX_EVALUATIONS);
    if (!('toEvaluate' in result)) return result;
    const { made, later } = await evaluateSkipped(db, result.toEvaluate);
    const left = [...evaluations.later, ...later].filter((id) => !made.has(id));
    evaluations = { made, later: new Set(left) };
  }
}

// By the current conditions and templates. Duplicates are sent: the user who replays one knows that the partner received the
// original.
async function evaluateSkipped(db: Db, ids: readonly string[]): Promise<Evaluations> {
  const found = await deliveriesById(db, ids);
  const deliveries = ids.flatMap((id) => found.get(id) ?? []);
  const [{ events, later }, webhooks] = await Promise.all([
    outboxEventsById(db, [...new Set(deliveries.map((each) => each.businessEventId))], MAX_RENDERED_AT_ONCE),
    versionedWebhooksById(db, [...new Set(deliveries.map((each) => each.webhookId))]),
  ]);
  const matches = deliveries.flatMap(({ id, businessEventId, webhookId }) => {
    const [event, webhook] = [events.get(businessEventId), webhooks.get(webhookId)];
    return event && webhook ? { id, event, webhook } : [];
  });
  const rendered = await renderRequests(db, matches);
  const made = rendered.map((request, index): [string, Evaluation] => {
    const { id, webhook } = matches[index] as (typeof matches)[number];
    return [id, { rendered: request, changedIn: webhook.changedIn }];
  });
  const isLater = deliveries.filter(({ businessEventId }) => later.has(businessEventId));
  const left = [...matches.slice(rendered.length), ...isLater];
  return { made: new Map(made), later: new Set(left.map(({ id }) => id)) };
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
