import { useState } from 'react';
import { Link } from 'wouter';
import { WebhooksDocument, type WebhooksQuery } from '../api/generated/documents';
import { useApi } from '../api/use-api';
import { useViewer } from '../api/viewer';
import { formatShare } from '../i18n/amount';
import { formatCount } from '../i18n/plural';
import { useTimes } from '../i18n/time-zone';
import { paths } from '../paths';
import { Page } from '../shell/page';
import { Empty, Shown } from '../ui/answer';
import { Button, LinkButton } from '../ui/button';
import { Ltr } from '../ui/ltr';
import { StateMark, WebhookState } from '../ui/state-mark';
import { Table } from '../ui/table';
import { useUiTexts } from '../ui/texts';
import { Time } from '../ui/time';
import { useLastDay } from './last-day';
import { SmallBars } from './request-bars';
import { SettingsFileButtons } from './settings-file';
import { useWebhookTexts } from './texts';

type Row = NonNullable<WebhooksQuery['webhooks']>['nodes'][number];

const REFRESH_MS = 15_000;

export default function WebhooksPage() {
  const texts = useWebhookTexts();
  const viewer = useViewer();
  const [showsArchived, setShowsArchived] = useState(false);
  return (
    <Page
      title={texts.title}
      actions={
        <>
          <Button onPress={() => setShowsArchived(!showsArchived)}>
            {showsArchived ? texts.notArchived : texts.archived}
          </Button>
          <SettingsFileButtons />
          {viewer.may('Mutation.createWebhook') ? (
            <LinkButton kind="primary" to={paths.newWebhook()}>
              {texts.create}
            </LinkButton>
          ) : null}
        </>
      }
    >
      <Webhooks after={null} showsArchived={showsArchived} />
    </Page>
  );
}

function Webhooks({ after, showsArchived }: { after: string | null; showsArchived: boolean }) {
  const texts = useWebhookTexts();
  const ui = useUiTexts();
  const [next, setNext] = useState<string | null>(null);
  const range = useLastDay();
  const where = showsArchived ? null : { status: { in: ['ACTIVE', 'PAUSED', 'DISABLED'] as const } };
  const query = useApi(
    WebhooksDocument,
    { range, after, where: where && { status: { in: [...where.status.in] } } },
    { refreshMs: REFRESH_MS },
  );
  return (
    <Shown of={query} rows={8}>
      {({ webhooks }) => {
        if (!webhooks) return null;
        const { nodes, pageInfo } = webhooks;
        if (nodes.length === 0 && after === null) {
          return (
            <Empty title={texts.none}>
              <p>{texts.noneText}</p>
            </Empty>
          );
        }
        return (
          <>
            <Group title={texts.out} rows={nodes.filter(({ direction }) => direction === 'OUTGOING')} />
            <Group title={texts.into} rows={nodes.filter(({ direction }) => direction === 'INCOMING')} />
            {pageInfo.hasNextPage && next === null ? (
              <Button onPress={() => setNext(pageInfo.endCursor ?? null)}>{ui.more}</Button>
            ) : null}
            {next === null ? null : <Webhooks after={next} showsArchived={showsArchived} />}
          </>
        );
      }}
    </Shown>
  );
}

/** What suffers first. */
const RANK = { DISABLED: 0, PAUSED: 3, ACTIVE: 4, ARCHIVED: 5 } as const;

function rankOf(row: Row): number {
  const { status, circuit } = row;
  if (status !== 'ACTIVE') return RANK[status];
  return circuit && circuit.state !== 'CLOSED' ? 1 : failuresOf(row) > 0 ? 2 : RANK.ACTIVE;
}

/** How many of the latest requests failed one after the other. */
function failuresOf({ health }: Row): number {
  return health?.streak && !health.streak.succeeding ? health.streak.requestCount : 0;
}

function Group({ title, rows }: { title: string; rows: readonly Row[] }) {
  const texts = useWebhookTexts();
  if (rows.length === 0) return null;
  return (
    <section className="card stack">
      <h2>{title}</h2>
      <Table
        label={title}
        rows={[...rows].sort((one, other) => rankOf(one) - rankOf(other))}
        keyOf={({ id }) => id}
        columns={[
          {
            header: texts.name,
            cell: ({ id, name }) => (
              <Link href={paths.webhook(id)}>
                <bdi>{name}</bdi>
              </Link>
            ),
          },
          {
            header: texts.state,
            cell: (row) => <State of={row} />,
          },
          ...(rows.some(({ url }) => url)
            ? [{ header: texts.address, cell: ({ url }: Row) => <Ltr className="mono">{hostOf(url ?? '')}</Ltr> }]
            : []),
          { header: texts.owner, cell: ({ owner }) => <bdi>{owner ? (owner.fullName ?? owner.name) : ''}</bdi> },
          { header: texts.day, cell: ({ stats }) => (stats?.buckets ? <SmallBars buckets={stats.buckets} /> : null) },
          {
            header: texts.success,
            number: true,
            cell: ({ health }) =>
              typeof health?.successRate === 'number' ? <Ltr>{formatShare(health.successRate)}</Ltr> : null,
          },
          {
            header: texts.waiting,
            number: true,
            cell: ({ health }) => (typeof health?.waitingCount === 'number' ? formatCount(health.waitingCount) : null),
          },
          {
            header: texts.lastSuccess,
            cell: ({ health }) => (health?.lastSuccessAt ? <Time at={health.lastSuccessAt} as="ago" /> : null),
          },
        ]}
      />
    </section>
  );
}

function State({ of: row }: { of: Row }) {
  const texts = useWebhookTexts();
  const times = useTimes();
  const { status, statusReason, circuit } = row;
  const failures = failuresOf(row);
  return (
    <>
      {/* where calls fail, no mark says that all is well */}
      {status === 'ACTIVE' && circuit?.state !== 'OPEN' && failures > 0 ? (
        <StateMark tone="bad">{texts.lastFailed(failures)}</StateMark>
      ) : (
        <WebhookState status={status} circuit={circuit} />
      )}
      {statusReason ? (
        <div className="faint">
          <bdi>{statusReason}</bdi>
        </div>
      ) : null}
      {circuit?.state === 'OPEN' && circuit.failingSince ? (
        <div className="faint">{texts.failingSince(times.full(circuit.failingSince))}</div>
      ) : null}
    </>
  );
}

/** What a partner is known by. A URL may be a template, or hidden. */
function hostOf(url: string): string {
  return /^https?:\/\/([^/?#]+)/.exec(url)?.[1] ?? url;
}
