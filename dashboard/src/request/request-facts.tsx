import { Link } from 'wouter';
import type { RequestQuery } from '../api/generated/documents';
import { formatDuration } from '../i18n/amount';
import { useTimes } from '../i18n/time-zone';
import { paths } from '../paths';
import { Facts } from '../ui/facts';
import { Ltr } from '../ui/ltr';
import { Time } from '../ui/time';
import { VisibleText } from '../ui/visible-text';
import { useRequestTexts } from './texts';

export type RequestFactsOf = NonNullable<RequestQuery['webhookRequestLog']>;

/** What happened, in sentences that can be read out. */
export function RequestSummary({ of: request }: { of: RequestFactsOf }) {
  const texts = useRequestTexts();
  const times = useTimes();
  const { summary } = texts;
  const took = formatDuration(request.durationMs ?? 0);
  const { delivery } = request;
  const sentence = () => {
    if (request.status === 'PENDING') return summary.open;
    if (request.status === 'UNKNOWN') return summary.unknown;
    if (typeof request.responseStatus !== 'number') return summary.sentNoAnswer(took);
    return (request.direction === 'OUTGOING' ? summary.sent : summary.received)(request.responseStatus, took);
  };
  const next = () => {
    if (!delivery || request.status === 'SUCCEEDED') return null;
    if (delivery.nextAttemptAt) return summary.next(times.full(delivery.nextAttemptAt));
    return summary.end[delivery.status] ?? null;
  };
  return (
    <p>
      {sentence()} {next()} {request.duplicate ? texts.repeated : null} {request.test ? texts.test : null}
    </p>
  );
}

export function RequestFacts({ of: request }: { of: RequestFactsOf }) {
  const texts = useRequestTexts();
  const { webhook, user, businessEvent, replay, delivery, documentType, referenceDocument } = request;
  const person = (of: { name: string; fullName?: string | null } | null | undefined) =>
    of ? <bdi title={of.name}>{of.fullName ?? of.name}</bdi> : null;
  return (
    <Facts
      of={{
        [texts.document]:
          documentType && referenceDocument ? (
            <Link href={paths.document(documentType, referenceDocument)}>
              <bdi>{documentType}</bdi> <bdi>{referenceDocument}</bdi>
            </Link>
          ) : null,
        [texts.event]: request.event ? <bdi>{request.event}</bdi> : null,
        [texts.webhook]: webhook ? (
          <Link href={paths.webhook(webhook.id)}>
            <bdi>{webhook.name}</bdi>
          </Link>
        ) : null,
        [texts.owner]: person(webhook?.owner),
        [texts.user]: person(user),
        [texts.publishedBy]: person(businessEvent?.publishedBy),
        [texts.started]: <Time at={request.startedAt} />,
        [texts.finished]: request.finishedAt ? <Time at={request.finishedAt} /> : null,
        [texts.took]: typeof request.durationMs === 'number' ? <Ltr>{formatDuration(request.durationMs)}</Ltr> : null,
        [texts.attempt]: request.attemptNumber,
        [texts.http]: request.responseStatus,
        [texts.error]: request.error ? (
          <Ltr>
            {request.errorCode}: <VisibleText text={request.error} />
          </Ltr>
        ) : null,
        [texts.method]: (
          <Ltr className="mono">
            {request.method} <VisibleText text={request.url ?? ''} />
          </Ltr>
        ),
        [texts.address]: request.remoteAddress ? <Ltr className="mono">{request.remoteAddress}</Ltr> : null,
        [texts.delivery]: delivery ? (
          <Link href={paths.delivery(delivery.id)}>
            <Ltr className="mono">{delivery.id}</Ltr>
          </Link>
        ) : null,
        [texts.replay]: replay ? <bdi>{replay.reason}</bdi> : null,
        [texts.id]: <Ltr className="mono">{request.id}</Ltr>,
      }}
    />
  );
}
