import { type BusinessEventRow, type OutboxEvent, outboxEventsById } from '../../events/business-event.store';
import { documentBytes, documentJson } from '../../events/data/envelope';
import { limitConcurrency } from '../../limits/fair-slots';
import { type Db, rowsOf, statement } from '../../sql/db';
import { subjectOf } from '../../templating/variables';
import { usersById } from '../../users/user.store';
import { planRequest } from '../../webhooks/request/request-plan';
import type { WebhookRow } from '../../webhooks/webhook.store';
import { type EventToMatch, matches } from '../engine/matching-webhooks';
import { wordsOf } from '../engine/render-requests';
import { conditionSkips } from '../engine/skip-reasons/condition';
import { type Evaluation, isUndecided } from '../engine/skip-reasons/evaluation';
import type { Skip } from '../engine/skip-reasons/skip';
import { evaluateTemplates } from '../engine/skip-reasons/template-error';

/** The events among the newest ones that a webhook for this document type may be for; null: for all types. */
async function newestEvents(
  db: Db,
  lookedAt: number,
  documentType: string | null,
): Promise<(EventToMatch & { id: string })[]> {
  return rowsOf(
    db,
    statement(`select id, document_type as "documentType", event, directed_to as "directedTo" from (
       select * from business_events order by id desc limit $1
     ) as newest
     where erasure_id is null and ($2::text is null or document_type = $2 or directed_to is not null) order by id desc`),
    [lookedAt, documentType],
  );
}

// What a webhook, stored or draft, would have done with the newest events that it is for.

/** Of the newest events, as many are looked at. */
export const LOOKED_AT = 10_000;
export const MAX_RECENT = 50;
/** The bytes of their documents that are read; the last one may exceed it. */
const MAX_BYTES = 4 * 1024 * 1024;

export const OUTCOMES = ['SENT', 'SKIPPED', 'FAULT', 'UNDECIDED'] as const;

export interface RecentOutcome {
  businessEvent: BusinessEventRow;
  outcome: (typeof OUTCOMES)[number];
  skipReason: Skip['skipReason'] | null;
  skipMessage: string | null;
}

// each has up to 4 MiB of documents in memory, parsed
const one = limitConcurrency(1);

/** @returns newest first. Conditions and templates have the time limits of deliveries; those that it leaves no time are UNDECIDED */
export function recentOutcomes(db: Db, webhook: WebhookRow): Promise<RecentOutcome[]> {
  return one(async () => {
    const newest = await newestEvents(db, LOOKED_AT, webhook.documentType);
    const fitting = newest.filter((event) => matches(webhook, event)).slice(0, MAX_RECENT);
    if (fitting.length === 0) return [];
    const ids = fitting.map(({ id }) => id);
    const { events } = await outboxEventsById(db, ids, MAX_BYTES);
    const found = ids.flatMap((id) => events.get(id) ?? []).filter(({ body }) => body !== null);
    return outcomesOf(found, await evaluationsOf(db, webhook, found));
  });
}

async function evaluationsOf(db: Db, webhook: WebhookRow, events: readonly OutboxEvent[]): Promise<Evaluation[]> {
  const users = await usersById(db, [...new Set(events.map(({ userId }) => userId))]);
  const plan = planRequest(webhook);
  return events.map((event) => {
    const { name = '', fullName = null } = users.get(event.userId) ?? {};
    const document = documentJson(documentBytes(event, event.body as Buffer), event.contentType);
    return { webhook, plan, subject: subjectOf(wordsOf(event), { name, fullName }, document) };
  });
}

async function outcomesOf(
  events: readonly OutboxEvent[],
  evaluations: readonly Evaluation[],
): Promise<RecentOutcome[]> {
  const skips = await conditionSkips(evaluations);
  const rendering = evaluations.filter((evaluation, at) => skips[at] === null && evaluation.plan.fixed === null);
  const rendered = await evaluateTemplates(rendering);
  const failures = new Map(rendering.map((evaluation, at) => [evaluation, rendered[at] as (typeof rendered)[number]]));
  return events.map(({ body: _body, contentType: _type, ...event }, at) => {
    const skip = skips[at] ?? failures.get(evaluations[at] as Evaluation) ?? null;
    return { businessEvent: event, ...outcomeOf(skip) };
  });
}

function outcomeOf(result: object | null): Omit<RecentOutcome, 'businessEvent'> {
  if (isUndecided(result)) return { outcome: 'UNDECIDED', skipReason: null, skipMessage: null };
  if (result === null || !('skipReason' in result)) return { outcome: 'SENT', skipReason: null, skipMessage: null };
  const { skipReason, skipMessage } = result as Skip;
  return { outcome: skipReason === 'TEMPLATE_ERROR' ? 'FAULT' : 'SKIPPED', skipReason, skipMessage };
}
