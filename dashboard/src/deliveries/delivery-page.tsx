import { Link, useParams } from 'wouter';
import { DeliveryDocument, type DeliveryQuery } from '../api/generated/documents';
import { useApi } from '../api/use-api';
import { useViewer } from '../api/viewer';
import { formatDuration } from '../i18n/amount';
import { useTimes } from '../i18n/time-zone';
import { paths } from '../paths';
import { Page } from '../shell/page';
import { Empty, Shown } from '../ui/answer';
import { Facts } from '../ui/facts';
import { Ltr } from '../ui/ltr';
import { DeliveryState, RequestState } from '../ui/state-mark';
import { Table } from '../ui/table';
import { useUiTexts } from '../ui/texts';
import { Time } from '../ui/time';
import { DeliveryActions } from './delivery-actions';
import { useDeliveryTexts } from './texts';

export type KnownDelivery = NonNullable<DeliveryQuery['delivery']>;

const REFRESH_MS = 2_000;

export default function DeliveryPage() {
  const texts = useDeliveryTexts();
  const { id = '' } = useParams<{ id: string }>();
  const query = useApi(DeliveryDocument, { id }, { refreshMs: REFRESH_MS });
  const known = query.data?.data.delivery;
  const title = known ? `${known.referenceDocument} - ${known.webhook?.name ?? ''}` : texts.one;
  return (
    <Page title={title} actions={known ? <DeliveryActions delivery={known} /> : null}>
      <Shown of={query} rows={8}>
        {({ delivery }) => (delivery ? <Known delivery={delivery} /> : <Missing />)}
      </Shown>
    </Page>
  );
}

/** Deliveries of dropped months are gone with their requests. */
function Missing() {
  const texts = useDeliveryTexts();
  const times = useTimes();
  const { about } = useViewer();
  return (
    <Empty title={texts.missing}>
      {about.oldestRequestAt ? <p>{texts.agedOut(times.full(about.oldestRequestAt))}</p> : null}
    </Empty>
  );
}

function Known({ delivery }: { delivery: KnownDelivery }) {
  const texts = useDeliveryTexts();
  const ui = useUiTexts();
  const times = useTimes();
  const { webhook, deadLetter, predecessor, cancelledBy, user, businessEvent } = delivery;
  const attempts = delivery.requests?.nodes ?? [];
  const publisher = businessEvent?.publishedBy;
  const name = (person: { name: string; fullName?: string | null }) => person.fullName ?? person.name;
  return (
    <>
      <div className="row">
        <DeliveryState status={delivery.status} />
        {delivery.held ? <span>{texts.held}</span> : null}
        {delivery.waitsFor ? <span>{texts.waitsFor[delivery.waitsFor]}</span> : null}
        {delivery.cancelRequested ? <span>{texts.cancelRequested}</span> : null}
        {deadLetter ? <strong>{texts.stuck(deadLetter.code)}</strong> : null}
      </div>
      {delivery.nextAttemptAt ? <p>{texts.future(times.full(delivery.nextAttemptAt))}</p> : null}
      <section className="card stack">
        <Facts
          of={{
            [texts.document]: (
              <Link href={paths.document(delivery.documentType, delivery.referenceDocument)}>
                <bdi>{delivery.documentType}</bdi> <bdi>{delivery.referenceDocument}</bdi>
              </Link>
            ),
            [texts.event]: <bdi>{delivery.event}</bdi>,
            [texts.webhook]: webhook ? (
              <Link href={paths.webhook(webhook.id)}>
                <bdi>{webhook.name}</bdi>
              </Link>
            ) : null,
            [texts.triggered]: user ? <bdi>{name(user)}</bdi> : null,
            [texts.published]: publisher ? <bdi>{name(publisher)}</bdi> : null,
            [texts.created]: <Time at={delivery.createdAt} />,
            [texts.delivered]: delivery.deliveredAt ? <Time at={delivery.deliveredAt} /> : null,
            [texts.finished]: delivery.finishedAt ? <Time at={delivery.finishedAt} /> : null,
            [texts.skipped]: delivery.skipReason ? (
              <Ltr>
                {delivery.skipReason}: {delivery.skipMessage}
              </Ltr>
            ) : null,
            [texts.cancelled]: delivery.cancelReason ? (
              <bdi>{texts.cancelledBy(cancelledBy ? name(cancelledBy) : '', delivery.cancelReason)}</bdi>
            ) : null,
            [texts.earlier]: predecessor ? (
              <Link href={paths.delivery(predecessor.id)}>
                <bdi>{predecessor.referenceDocument}</bdi>
              </Link>
            ) : null,
            [texts.replay]: delivery.replay ? <bdi>{delivery.replay.reason}</bdi> : null,
            [texts.id]: <Ltr className="mono">{delivery.id}</Ltr>,
          }}
        />
      </section>
      <section className="card stack">
        <h2>{texts.allAttempts}</h2>
        {attempts.length === 0 ? (
          <p className="faint">{delivery.requests ? texts.noAttempts : ui.notKnown}</p>
        ) : (
          <Table
            label={texts.allAttempts}
            rows={attempts}
            keyOf={({ id }) => id}
            columns={[
              { header: texts.attempts, cell: ({ attemptNumber }) => attemptNumber },
              {
                header: texts.began,
                cell: ({ id, startedAt }) => (
                  <Link href={paths.request(id)}>
                    <Time at={startedAt} />
                  </Link>
                ),
              },
              {
                header: texts.state,
                cell: ({ status, direction }) => <RequestState status={status} direction={direction} />,
              },
              { header: texts.http, cell: ({ responseStatus, errorCode }) => <Ltr>{responseStatus ?? errorCode}</Ltr> },
              {
                header: texts.took,
                number: true,
                cell: ({ durationMs }) =>
                  typeof durationMs === 'number' ? <Ltr>{formatDuration(durationMs)}</Ltr> : null,
              },
            ]}
          />
        )}
      </section>
    </>
  );
}
