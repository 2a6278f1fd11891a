import { useState } from 'react';
import { Link } from 'wouter';
import {
  HealthDocument,
  type HealthQuery,
  PauseDeliveriesDocument,
  ResumeDeliveriesDocument,
} from '../api/generated/documents';
import { useApi } from '../api/use-api';
import { useViewer } from '../api/viewer';
import { formatCount } from '../i18n/plural';
import { useTimes } from '../i18n/time-zone';
import { paths } from '../paths';
import { Page } from '../shell/page';
import { ActDialog } from '../ui/act-dialog';
import { Shown, Skeleton } from '../ui/answer';
import { Button } from '../ui/button';
import { Ltr } from '../ui/ltr';
import { StateMark, WebhookState } from '../ui/state-mark';
import { Table } from '../ui/table';
import { Time } from '../ui/time';
import { type Check, useReadiness } from './readiness';
import { useHealthTexts } from './texts';

const REFRESH_MS = 10_000;
/** The times of the query move on in these steps, so that it stays one query. */
const STEP_MS = 300_000;
const HOUR_MS = 3_600_000;

export default function HealthPage() {
  const texts = useHealthTexts();
  const times = useTimes();
  const [now] = useState(() => Math.ceil(Date.now() / STEP_MS) * STEP_MS);
  const variables = { now: new Date(now).toISOString(), hourAgo: new Date(now - HOUR_MS).toISOString() };
  const query = useApi(HealthDocument, variables, { refreshMs: REFRESH_MS });
  const readiness = useReadiness(REFRESH_MS);
  return (
    <Page title={texts.title}>
      {readiness.data && query.data ? <Sentence checks={readiness.data} data={query.data.data} /> : null}
      {query.data?.data ? <Pause data={query.data.data} /> : null}
      <section className="card stack">
        <h2>{texts.our}</h2>
        {readiness.error ? (
          <p className="note" data-tone="bad" role="alert">
            {texts.unreachable}
          </p>
        ) : null}
        {readiness.data ? <Checks checks={readiness.data} /> : readiness.error ? null : <Skeleton rows={4} />}
        {readiness.dataUpdatedAt > 0 ? (
          <p className="faint">{texts.asOf(times.full(new Date(readiness.dataUpdatedAt).toISOString()))}</p>
        ) : null}
      </section>
      <Shown of={query} rows={6}>
        {(data) => (
          <>
            <Partners data={data} />
            <Stuck data={data} />
          </>
        )}
      </Shown>
    </Page>
  );
}

/** Us or them, and will it heal by itself. */
function Sentence({ checks, data }: { checks: readonly Check[]; data: HealthQuery }) {
  const texts = useHealthTexts();
  const { open, unwell } = data;
  const count =
    typeof open?.totalCount === 'number' ? texts.atLeast(open.totalCount, open.totalCountIsExact ?? false) : '?';
  const isOurs = checks.some(({ fault }) => fault !== null) || (data.deadLetters?.nodes.length ?? 0) > 0;
  const failing = unwell?.nodes.length ?? 0;
  const tone = isOurs ? 'bad' : failing > 0 ? 'refused' : 'good';
  return (
    <p className="note" data-tone={tone}>
      <StateMark tone={tone}>
        <strong>{isOurs ? texts.ours : failing > 0 ? texts.theirs(failing, count) : texts.fine(count)}</strong>
      </StateMark>
    </p>
  );
}

function Checks({ checks }: { checks: readonly Check[] }) {
  const texts = useHealthTexts();
  return (
    <ul className="stack">
      {checks.map(({ name, fault }) => (
        <li key={name} className="row">
          <StateMark tone={fault === null ? 'good' : 'bad'}>{texts.checks[name] ?? name}</StateMark>
          {fault === null ? <span className="faint">{texts.good}</span> : <Ltr>{fault}</Ltr>}
        </li>
      ))}
    </ul>
  );
}

function Partners({ data }: { data: HealthQuery }) {
  const texts = useHealthTexts();
  const times = useTimes();
  const failing = data.unwell?.nodes ?? [];
  const total = data.webhookRequestLogStats?.total;
  const due = data.oldest?.nodes[0]?.nextAttemptAt;
  return (
    <section className="card stack">
      <h2>{texts.their}</h2>
      {total ? <p>{texts.hour(total.requestCount, total.failed, total.unknown)}</p> : null}
      {due ? <p>{texts.oldest(times.full(due))}</p> : null}
      {failing.length === 0 ? (
        <StateMark tone="good">{texts.partnersFine}</StateMark>
      ) : (
        <Table
          label={texts.their}
          rows={failing}
          keyOf={({ id }) => id}
          columns={[
            {
              header: texts.webhook,
              cell: ({ id, name }) => (
                <Link href={paths.webhook(id)}>
                  <bdi>{name}</bdi>
                </Link>
              ),
            },
            {
              header: texts.state,
              cell: ({ status, statusReason, circuit }) => (
                <>
                  <WebhookState status={status} /> {statusReason ? <bdi>{statusReason}</bdi> : null}
                  {circuit?.openUntil ? <div>{texts.opens(times.full(circuit.openUntil))}</div> : null}
                </>
              ),
            },
            {
              header: texts.since,
              cell: ({ statusChangedAt, circuit }) => {
                const since = circuit?.failingSince ?? statusChangedAt;
                return since ? <Time at={since} as="ago" /> : null;
              },
            },
            { header: texts.owner, cell: ({ owner }) => <bdi>{owner?.fullName ?? owner?.name}</bdi> },
            {
              header: texts.waiting,
              number: true,
              cell: ({ health }) =>
                typeof health?.waitingCount === 'number' ? formatCount(health.waitingCount) : null,
            },
            {
              header: texts.lastSuccess,
              cell: ({ health }) => (health?.lastSuccessAt ? <Time at={health.lastSuccessAt} as="ago" /> : null),
            },
          ]}
        />
      )}
    </section>
  );
}

function Stuck({ data }: { data: HealthQuery }) {
  const texts = useHealthTexts();
  const rows = data.deadLetters?.nodes ?? [];
  return (
    <section className="card stack">
      <h2>{texts.stuck}</h2>
      {rows.length === 0 ? (
        <StateMark tone="good">{texts.stuckNone}</StateMark>
      ) : (
        <Table
          label={texts.stuck}
          rows={rows}
          keyOf={({ id }) => id}
          columns={[
            { header: texts.kind, cell: ({ kind }) => <Ltr className="mono">{kind}</Ltr> },
            { header: texts.code, cell: ({ code }) => <Ltr className="mono">{code}</Ltr> },
            { header: texts.webhook, cell: ({ webhook }) => <bdi>{webhook?.name}</bdi> },
            { header: texts.failures, number: true, cell: ({ failures }) => formatCount(failures) },
            { header: texts.since, cell: ({ createdAt }) => <Time at={createdAt} /> },
            { header: texts.retry, cell: ({ retryAt }) => (retryAt ? <Time at={retryAt} /> : null) },
          ]}
        />
      )}
    </section>
  );
}

function Pause({ data: { deliveriesPaused: pause } }: { data: HealthQuery }) {
  const texts = useHealthTexts();
  const times = useTimes();
  const viewer = useViewer();
  const [isOpen, setOpen] = useState(false);
  const close = () => setOpen(false);
  const by = pause?.pausedBy;
  return (
    <div className="stack">
      {pause ? (
        <p className="note" data-tone="refused">
          <bdi>{texts.paused(by?.fullName ?? by?.name ?? '', times.full(pause.since), pause.reason)}</bdi>
        </p>
      ) : null}
      {viewer.may('Mutation.pauseDeliveries') ? (
        <p>
          <Button kind={pause ? 'primary' : 'danger'} onPress={() => setOpen(true)}>
            {pause ? texts.resume : texts.pause}
          </Button>
        </p>
      ) : null}
      {pause ? (
        <ActDialog
          title={texts.resume}
          submit={texts.resume}
          isOpen={isOpen}
          onClose={close}
          document={ResumeDeliveriesDocument}
          reason="optional"
          variables={(reason) => ({ input: { reason } })}
          userErrors={(data) => data.resumeDeliveries?.userErrors}
        >
          <p>{texts.resumeText}</p>
        </ActDialog>
      ) : (
        <ActDialog
          title={texts.pause}
          submit={texts.pause}
          kind="danger"
          isOpen={isOpen}
          onClose={close}
          document={PauseDeliveriesDocument}
          reason="required"
          variables={(reason) => ({ input: { reason: reason ?? '' } })}
          userErrors={(data) => data.pauseDeliveries?.userErrors}
        >
          <p>{texts.pauseText}</p>
        </ActDialog>
      )}
    </div>
  );
}
