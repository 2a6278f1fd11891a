import { useState } from 'react';
import { Link } from 'wouter';
import {
  HealthDocument,
  type HealthQuery,
  type PartPartsFragment,
  PauseDeliveriesDocument,
  ResumeDeliveriesDocument,
} from '../api/generated/documents';
import { useApi } from '../api/use-api';
import { useViewer } from '../api/viewer';
import { formatShare } from '../i18n/amount';
import { isolated } from '../i18n/isolated';
import { formatCount } from '../i18n/plural';
import { useTimes } from '../i18n/time-zone';
import { paths } from '../paths';
import { Page } from '../shell/page';
import { ActDialog } from '../ui/act-dialog';
import { Shown, Skeleton } from '../ui/answer';
import { Button } from '../ui/button';
import { Ltr } from '../ui/ltr';
import { StateMark, type Tone, WebhookState } from '../ui/state-mark';
import { Table } from '../ui/table';
import { useUiTexts } from '../ui/texts';
import { Time } from '../ui/time';
import { type Check, useReadiness } from './readiness';
import { useHealthTexts } from './texts';

const REFRESH_MS = 10_000;
/** The times of the query move on in these steps, so that it stays one query. */
const STEP_MS = 300_000;
const HOUR_MS = 3_600_000;

const PARTS = ['database', 'queue', 'workers', 'index', 'statistics', 'sealing', 'standby'] as const;
type PartName = (typeof PARTS)[number];

const TONES: Record<PartPartsFragment['state'], Tone> = {
  OK: 'good',
  BEHIND: 'bad',
  PAUSED: 'refused',
  FULL: 'bad',
  INCOMPLETE: 'bad',
  STOPPED: 'bad',
  UNKNOWN: 'unknown',
};

export default function HealthPage() {
  const texts = useHealthTexts();
  const times = useTimes();
  const [now] = useState(() => Math.ceil(Date.now() / STEP_MS) * STEP_MS);
  const before = (ms: number) => new Date(now - ms).toISOString();
  const variables = { now: before(0), hourAgo: before(HOUR_MS), dayAgo: before(24 * HOUR_MS) };
  const query = useApi(HealthDocument, variables, { refreshMs: REFRESH_MS });
  const data = query.data?.data;
  // what the API said last is older than what /readyz says
  const isDown = query.error !== null || (query.failureCount > 0 && !data);
  const readiness = useReadiness({ refreshMs: REFRESH_MS, enabled: isDown });
  const asOf = isDown ? readiness.dataUpdatedAt : query.dataUpdatedAt;
  if (!data && !isDown) {
    return (
      <Page title={texts.title}>
        <Skeleton rows={12} />
      </Page>
    );
  }
  return (
    <Page title={texts.title}>
      {data && !isDown ? <Sentence data={data} /> : null}
      {data ? <Pause data={data} /> : null}
      <section className="card stack">
        <h2>{texts.our}</h2>
        {isDown && readiness.error ? (
          <p className="note" data-tone="bad" role="alert">
            {texts.unreachable}
          </p>
        ) : null}
        {isDown ? (
          readiness.data ? (
            <Checks checks={readiness.data} />
          ) : readiness.error ? null : (
            <Skeleton rows={4} />
          )
        ) : data ? (
          <Parts health={data.systemHealth} />
        ) : null}
        {asOf > 0 ? <p className="faint">{texts.asOf(times.full(new Date(asOf).toISOString()))}</p> : null}
      </section>
      <Shown of={query} rows={6}>
        {(shown) => (
          <>
            <Partners data={shown} />
            <Stuck data={shown} />
          </>
        )}
      </Shown>
    </Page>
  );
}

/** Us or them, and will it heal by itself. */
function Sentence({ data }: { data: HealthQuery }) {
  const texts = useHealthTexts();
  const ui = useUiTexts();
  const { open, unwell, systemHealth } = data;
  if (!unwell || !data.deadLetters || !systemHealth) return <StateMark tone="unknown">{ui.notKnown}</StateMark>;
  const count =
    typeof open?.totalCount === 'number' ? texts.atLeast(open.totalCount, open.totalCountIsExact ?? false) : '?';
  const isOurs = partsOf(systemHealth).some(isFault) || data.deadLetters.nodes.length > 0;
  const failing = unwell.nodes.length;
  const tone = isOurs ? 'bad' : failing > 0 ? 'refused' : 'good';
  return (
    <p className="note" data-tone={tone}>
      <StateMark tone={tone}>
        <strong>{isOurs ? texts.ours : failing > 0 ? texts.theirs(failing, count) : texts.fine(count)}</strong>
      </StateMark>
    </p>
  );
}

type Health = HealthQuery['systemHealth'];

function partsOf(health: Health): [PartName, PartPartsFragment][] {
  if (!health) return [];
  return PARTS.flatMap((name) => {
    const part = health[name];
    return part ? [[name, part]] : [];
  });
}

/** A pause is what a person wants: the page says it above. */
function isFault([, { state }]: [PartName, PartPartsFragment]): boolean {
  return state !== 'OK' && state !== 'PAUSED';
}

function Parts({ health }: { health: Health }) {
  const texts = useHealthTexts();
  const times = useTimes();
  if (!health) return <StateMark tone="unknown">{texts.states.UNKNOWN}</StateMark>;
  return (
    <ul className="stack">
      {partsOf(health).map(([name, { state, since, behindSeconds, message }]) => (
        <li key={name} className="row">
          <StateMark tone={TONES[state]}>
            {texts.parts[name]}: {texts.states[state]}
          </StateMark>
          {since ? <span>{texts.sinceTime(times.full(since))}</span> : null}
          {typeof behindSeconds === 'number' && behindSeconds >= 1 ? (
            <span className="faint">{texts.behind(Math.round(behindSeconds))}</span>
          ) : null}
          {message ? <Ltr>{message}</Ltr> : null}
        </li>
      ))}
    </ul>
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
  const ui = useUiTexts();
  const times = useTimes();
  const failing = data.unwell?.nodes ?? [];
  const total = data.webhookRequestLogStats?.total;
  const due = data.oldest?.nodes[0]?.nextAttemptAt;
  return (
    <section className="card stack">
      <h2>{texts.their}</h2>
      {total ? <p>{texts.hour(total.requestCount, total.failed, total.unknown)}</p> : null}
      {due ? <p>{texts.oldest(times.full(due))}</p> : null}
      {!data.unwell ? (
        <StateMark tone="unknown">{ui.notKnown}</StateMark>
      ) : failing.length === 0 ? (
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
              cell: ({ status, statusReason, circuit, health }) => (
                <>
                  {status === 'ACTIVE' && circuit?.state !== 'OPEN' ? (
                    <StateMark tone="bad">{health?.streak?.succeeding ? texts.failsSometimes : texts.fails}</StateMark>
                  ) : (
                    <WebhookState status={status} circuit={circuit} />
                  )}{' '}
                  {statusReason ? <bdi>{statusReason}</bdi> : null}
                  {circuit?.openUntil ? <div>{texts.opens(times.full(circuit.openUntil))}</div> : null}
                </>
              ),
            },
            {
              header: texts.since,
              cell: ({ statusChangedAt, circuit, health }) => {
                const streak = health?.streak?.succeeding ? null : health?.streak;
                const since = circuit?.failingSince ?? streak?.since ?? statusChangedAt;
                return since ? <Time at={since} as="ago" /> : null;
              },
            },
            { header: texts.requests, cell: ({ health }) => <LastRequests health={health} /> },
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

type Failing = NonNullable<HealthQuery['unwell']>['nodes'][number];

/** A circuit opens only after many failures: this shows the first ones. */
function LastRequests({ health }: Pick<Failing, 'health'>) {
  const texts = useHealthTexts();
  const { streak, successRate, lastFailure } = health ?? {};
  return (
    <>
      {streak && !streak.succeeding ? <div>{texts.inARow(streak.requestCount)}</div> : null}
      {typeof successRate === 'number' ? <div>{texts.ofDay(isolated(formatShare(successRate)))}</div> : null}
      {lastFailure ? (
        <Link href={paths.request(lastFailure.id)}>
          <Ltr className="mono">
            {lastFailure.responseStatus === null ? lastFailure.errorCode : `HTTP ${lastFailure.responseStatus}`}
          </Ltr>
        </Link>
      ) : null}
    </>
  );
}

function Stuck({ data }: { data: HealthQuery }) {
  const texts = useHealthTexts();
  const ui = useUiTexts();
  const rows = data.deadLetters?.nodes ?? [];
  return (
    <section className="card stack">
      <h2>{texts.stuck}</h2>
      {!data.deadLetters ? (
        <StateMark tone="unknown">{ui.notKnown}</StateMark>
      ) : rows.length === 0 ? (
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
