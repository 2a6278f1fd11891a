// Decides about events and the webhooks that they match, before any lock is taken: conditions and templates are programs of
// customers, and may take long.
import type { Db } from '../../sql/db';
import type { Undecided } from '../../templating/time-limit';
import type { OutgoingWebhook } from '../../webhooks/outgoing-webhook.store';
import { type Rendered, renderDecided } from './render-requests';
import { causationCycleSkip } from './skip-reasons/causation-cycle';
import type { Match } from './skip-reasons/skip';
import { disabledSkip } from './skip-reasons/webhook-disabled';

/** An event, and a webhook of the directory that it matches. */
export type Pair = Match & { webhook: OutgoingWebhook };

export type Decision = Rendered | Undecided;

/** Decisions hold for the webhook object that they were made for: the directory replaces it when the webhook changes. */
export interface Decisions {
  of(pair: Pair): Decision | undefined;
  /** Decides about those of these pairs that it has no decision about. */
  add(db: Db, pairs: readonly Pair[]): Promise<void>;
}

export function createDecisions(): Decisions {
  const decisions = new Map<OutgoingWebhook, Map<string, Decision>>();
  const of = ({ webhook, event }: Pair) => decisions.get(webhook)?.get(event.id);
  return {
    of,
    async add(db, pairs) {
      const open = pairs.filter((pair) => of(pair) === undefined);
      const made = await decide(db, open);
      for (const [index, { webhook, event }] of open.entries()) {
        const ofWebhook = decisions.get(webhook) ?? new Map<string, Decision>();
        ofWebhook.set(event.id, made[index] as Decision);
        decisions.set(webhook, ofWebhook);
      }
    },
  };
}

async function decide(db: Db, pairs: readonly Pair[]): Promise<Decision[]> {
  const early = pairs.map(skipWithoutDocument);
  const rendered = await renderDecided(
    db,
    pairs.filter((_pair, index) => early[index] === null),
  );
  let next = 0;
  return early.map((skip) => {
    if (skip !== null) return skip;
    next += 1;
    return rendered[next - 1] as Decision;
  });
}

function skipWithoutDocument(pair: Pair): Decision | null {
  return disabledSkip(pair.webhook) ?? causationCycleSkip(pair);
}
