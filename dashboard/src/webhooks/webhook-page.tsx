import { Link, useParams } from 'wouter';
import { WebhookDocument, type WebhookQuery } from '../api/generated/documents';
import { useApi } from '../api/use-api';
import { formatDuration, formatShare } from '../i18n/amount';
import { formatCount } from '../i18n/plural';
import { useTimes } from '../i18n/time-zone';
import { paths } from '../paths';
import { Page } from '../shell/page';
import { Empty, Shown } from '../ui/answer';
import { LinkButton } from '../ui/button';
import { Facts } from '../ui/facts';
import { Later } from '../ui/later';
import { Ltr } from '../ui/ltr';
import { WebhookState } from '../ui/state-mark';
import { Time } from '../ui/time';
import { IncomingCalls } from './incoming-calls';
import { useLastDay } from './last-day';
import { RequestBars } from './request-bars';
import { useWebhookTexts } from './texts';
import { WebhookActions } from './webhook-actions';
import { WebhookKeys } from './webhook-keys';
import { WebhookSettings } from './webhook-settings';
import { WebhookVersions } from './webhook-versions';

export type KnownWebhook = NonNullable<WebhookQuery['webhook']>;

const REFRESH_MS = 15_000;

export default function WebhookPage() {
  const texts = useWebhookTexts();
  const { id = '' } = useParams<{ id: string }>();
  const range = useLastDay();
  const query = useApi(WebhookDocument, { id, range }, { refreshMs: REFRESH_MS });
  const known = query.data?.data.webhook;
  return (
    <Page title={known?.name ?? texts.one} actions={known ? <WebhookActions webhook={known} /> : null}>
      <Shown of={query} rows={10}>
        {({ webhook }) => (webhook ? <Known webhook={webhook} /> : <Empty title={texts.missing} />)}
      </Shown>
    </Page>
  );
}

function Known({ webhook }: { webhook: KnownWebhook }) {
  const texts = useWebhookTexts();
  return (
    <>
      <State webhook={webhook} />
      <section className="card stack">
        <h2>{texts.health}</h2>
        <Health webhook={webhook} />
        <div className="row">
          <LinkButton to={paths.log({ webhook: webhook.id, range: '7d' })}>{texts.toLog}</LinkButton>
          {webhook.direction === 'OUTGOING' ? (
            <LinkButton to={paths.deliveries({ webhook: webhook.id })}>{texts.toDeliveries}</LinkButton>
          ) : null}
        </div>
      </section>
      {webhook.incoming ? <IncomingCalls webhook={webhook} /> : null}
      <section className="card stack">
        <h2>{texts.settings}</h2>
        <WebhookSettings webhook={webhook} />
      </section>
      <section className="card stack">
        <h2>{texts.keys}</h2>
        <WebhookKeys webhook={webhook} />
      </section>
      <Later title={texts.history}>
        <WebhookVersions webhook={webhook} />
      </Later>
    </>
  );
}

function State({ webhook }: { webhook: KnownWebhook }) {
  const texts = useWebhookTexts();
  const times = useTimes();
  const { status, statusReason, statusChangedAt, statusChangedBy, circuit } = webhook;
  const by = statusChangedBy ? (statusChangedBy.fullName ?? statusChangedBy.name) : null;
  return (
    <div className="stack">
      <p className="row">
        <WebhookState status={status} circuit={circuit} />
        {statusReason ? <bdi>{statusReason}</bdi> : null}
        {by && statusChangedAt ? <bdi className="faint">{texts.changedBy(by, times.full(statusChangedAt))}</bdi> : null}
      </p>
      {circuit?.state === 'OPEN' && circuit.openUntil ? (
        <p className="note" data-tone="bad">
          {texts.circuit.OPEN(times.full(circuit.openUntil))}{' '}
          {circuit.failingSince ? texts.failingSince(times.full(circuit.failingSince)) : null}{' '}
          {circuit.reason ? <Ltr>{circuit.reason}</Ltr> : null}
        </p>
      ) : null}
      {circuit?.state === 'HALF_OPEN' ? <p className="note">{texts.circuit.HALF_OPEN}</p> : null}
    </div>
  );
}

function Health({ webhook: { health, stats } }: { webhook: KnownWebhook }) {
  const texts = useWebhookTexts();
  const times = useTimes();
  const duration = stats?.total?.duration;
  const [p50, p95, p99] = [duration?.p50Ms, duration?.p95Ms, duration?.p99Ms];
  return (
    <>
      {stats?.buckets ? <RequestBars label={texts.day} buckets={stats.buckets} /> : null}
      {typeof p50 === 'number' && typeof p95 === 'number' && typeof p99 === 'number' ? (
        <p>{texts.percentiles(formatDuration(p50), formatDuration(p95), formatDuration(p99))}</p>
      ) : null}
      {health?.streak ? (
        <p>{texts.streak(health.streak.requestCount, health.streak.succeeding, times.full(health.streak.since))}</p>
      ) : null}
      <Facts
        of={{
          [texts.success]:
            typeof health?.successRate === 'number' ? <Ltr>{formatShare(health.successRate)}</Ltr> : null,
          [texts.waiting]: typeof health?.waitingCount === 'number' ? formatCount(health.waitingCount) : null,
          [texts.lastSuccess]: health?.lastSuccessAt ? <Time at={health.lastSuccessAt} /> : null,
          [texts.error]: health?.lastFailure ? (
            <Link href={paths.request(health.lastFailure.id)}>
              <Ltr>{health.lastFailure.responseStatus ?? health.lastFailure.errorCode}</Ltr>
            </Link>
          ) : null,
        }}
      />
    </>
  );
}
