import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import { AttentionDocument, type AttentionQuery } from '../api/generated/documents';
import { useApi } from '../api/use-api';
import { isolated } from '../i18n/isolated';
import { useTimes } from '../i18n/time-zone';
import { paths } from '../paths';
import { Shown } from '../ui/answer';
import { Ltr } from '../ui/ltr';
import { StateBars } from '../ui/state-bars';
import { DELIVERY_TONES, StateMark, type Tone, useStateWords } from '../ui/state-mark';
import { useUiTexts } from '../ui/texts';
import { Time } from '../ui/time';
import { useHomeTexts } from './texts';

const REFRESH_MS = 30_000;
/** The times of the query move on in these steps, so that it stays one query. */
const STEP_MS = 300_000;
const DAY_MS = 86_400_000;

interface Need {
  key: string;
  tone: Tone;
  at: string | null;
  text: ReactNode;
}

export function AttentionList() {
  const [now] = useState(() => Math.ceil(Date.now() / STEP_MS) * STEP_MS);
  const time = (ago: number) => new Date(now - ago).toISOString();
  const query = useApi(
    AttentionDocument,
    { now: time(0), dayAgo: time(DAY_MS), weekAgo: time(7 * DAY_MS), inTwoWeeks: time(-14 * DAY_MS) },
    { refreshMs: REFRESH_MS },
  );
  return <Shown of={query}>{(data) => <Attention data={data} checkedAt={query.dataUpdatedAt} />}</Shown>;
}

function Attention({ data, checkedAt }: { data: AttentionQuery; checkedAt: number }) {
  const texts = useHomeTexts();
  const times = useTimes();
  const words = useStateWords();
  const ui = useUiTexts();
  const needs = useNeeds(data);
  return (
    <>
      <section className="card stack">
        <h2>{texts.needs}</h2>
        {needs.length === 0 && lacksOne(data) ? (
          <StateMark tone="unknown">{ui.notKnown}</StateMark>
        ) : needs.length === 0 ? (
          <StateMark tone="good">{texts.needsNothing(times.full(new Date(checkedAt).toISOString()))}</StateMark>
        ) : (
          <ul className="stack">
            {needs.map(({ key, tone, at, text }) => (
              <li key={key} className="row">
                <StateMark tone={tone}>{text}</StateMark>
                {at ? <Time at={at} as="ago" /> : null}
              </li>
            ))}
          </ul>
        )}
      </section>
      <section className="card stack">
        <h2>{texts.today}</h2>
        <StateBars
          label={texts.today}
          bars={(data.deliveryStats?.buckets ?? []).map((bucket) => ({
            start: bucket.start,
            end: bucket.end,
            parts: [
              { tone: DELIVERY_TONES.DELIVERED, name: words.delivery.DELIVERED, count: bucket.delivered },
              { tone: DELIVERY_TONES.PENDING, name: words.delivery.PENDING, count: bucket.pending + bucket.retrying },
              { tone: DELIVERY_TONES.EXHAUSTED, name: words.delivery.EXHAUSTED, count: bucket.exhausted },
              { tone: DELIVERY_TONES.SKIPPED, name: words.delivery.SKIPPED, count: bucket.skipped + bucket.cancelled },
            ],
          }))}
        />
      </section>
    </>
  );
}

/** A list that could not be read may have something. */
function lacksOne({ approvals, broken, givenUp, stuck, expiring, evidenceStatus }: AttentionQuery): boolean {
  return [approvals, broken, givenUp, stuck, expiring, evidenceStatus].some((part) => part === null);
}

/** The worst first. */
function useNeeds(data: AttentionQuery): Need[] {
  const { approvals, deliveriesPaused, broken, givenUp, stuck, expiring, evidenceStatus } = data;
  const texts = useHomeTexts();
  const pausedBy = deliveriesPaused?.pausedBy;
  return [
    ...(evidenceStatus?.stops ?? []).map(({ code, since, message }) => ({
      key: `stop ${code}`,
      tone: 'bad' as const,
      at: since,
      text: (
        <Link href={paths.evidence()}>
          {texts.stop}: <Ltr>{message}</Ltr>
        </Link>
      ),
    })),
    ...(deliveriesPaused
      ? [
          {
            key: 'paused',
            tone: 'refused' as const,
            at: deliveriesPaused.since,
            text: (
              <Link href={paths.health()}>
                <bdi>{texts.paused(deliveriesPaused.reason, pausedBy?.fullName ?? pausedBy?.name ?? '')}</bdi>
              </Link>
            ),
          },
        ]
      : []),
    ...(approvals?.nodes ?? []).map(({ id, kind, createdAt, requestedBy }) => ({
      key: id,
      tone: 'moving' as const,
      at: createdAt,
      text: (
        <Link href={paths.replays()}>
          <bdi>{requestedBy?.fullName ?? requestedBy?.name}</bdi> {texts.approvals[kind]}
        </Link>
      ),
    })),
    ...(stuck?.nodes ?? []).map(({ id, kind, webhook, createdAt }) => ({
      key: id,
      tone: 'bad' as const,
      at: createdAt,
      text: (
        <Link href={paths.health()}>
          <bdi>{texts.stuck(kind, webhook?.name ?? '')}</bdi>
        </Link>
      ),
    })),
    ...(broken?.nodes ?? []).map(({ id, name, statusChangedAt, statusReason }) => ({
      key: id,
      tone: 'bad' as const,
      at: statusChangedAt,
      text: (
        <Link href={paths.webhook(id)} title={statusReason ?? undefined}>
          <span>{texts.disabled(isolated(name))}</span>
        </Link>
      ),
    })),
    ...(expiring?.nodes ?? []).map(({ kind, name, expiresAt, webhook }) => ({
      key: `${kind} ${expiresAt} ${webhook?.id ?? name}`,
      tone: 'refused' as const,
      at: expiresAt,
      text: (
        <Link href={webhook ? paths.webhook(webhook.id) : paths.people()}>
          <span>{texts.expires(texts.secrets[kind], isolated(webhook?.name ?? name ?? ''))}</span>
        </Link>
      ),
    })),
    ...(givenUp?.nodes ?? []).map(({ id, referenceDocument, webhook, finishedAt }) => ({
      key: id,
      tone: 'bad' as const,
      at: finishedAt ?? null,
      text: (
        <Link href={paths.delivery(id)}>
          <span>{texts.givenUp(isolated(referenceDocument), isolated(webhook?.name ?? '?'))}</span>
        </Link>
      ),
    })),
  ];
}
