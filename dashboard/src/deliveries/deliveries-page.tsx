import { type FormEvent, useState } from 'react';
import { Link } from 'wouter';
import { DeliveriesDocument, type DeliveriesQuery, type DeliveryRowFragment } from '../api/generated/documents';
import { useApiPages } from '../api/use-api';
import { formatCount } from '../i18n/plural';
import { paths } from '../paths';
import { useSearchParams } from '../search-params';
import { Page } from '../shell/page';
import { Empty } from '../ui/answer';
import { Button, LinkButton } from '../ui/button';
import { TextField } from '../ui/field';
import { Ltr } from '../ui/ltr';
import { PagedTable } from '../ui/paged-table';
import { DeliveryState } from '../ui/state-mark';
import { Time } from '../ui/time';
import { VisibleText } from '../ui/visible-text';
import {
  deliveryOrder,
  deliveryWhere,
  readDeliveryFilter,
  TABS,
  whereOfAllTabs,
  writeDeliveryFilter,
} from './delivery-filter';
import { useDeliveryTexts } from './texts';
import { useLiveDeliveries } from './use-live-deliveries';
import { withChanges } from './with-changes';

const REFRESH_MS = 10_000;
/** While changes come by themselves. */
const LIVE_REFRESH_MS = 30_000;

export default function DeliveriesPage() {
  const texts = useDeliveryTexts();
  const [search, setSearch] = useSearchParams();
  const filter = readDeliveryFilter(search);
  const [document, setDocument] = useState(filter.document ?? '');
  const { state: live, changed, dropped, clear } = useLiveDeliveries(whereOfAllTabs(filter));
  const read = useApiPages(
    DeliveriesDocument,
    { where: deliveryWhere(filter), orderBy: deliveryOrder(filter) },
    ({ deliveries }) => deliveries,
    { refreshMs: live === 'live' ? LIVE_REFRESH_MS : REFRESH_MS },
  );
  const { rows, fresh } = withChanges(read.rows, changed, filter.tab);
  const pages = { ...read, rows };
  const readAgain = () => {
    clear();
    read.retry();
  };
  const isNarrowed = filter.document !== null || filter.webhook !== null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setSearch(writeDeliveryFilter({ ...filter, document: document.trim() || null }));
  };
  return (
    <Page title={texts.title}>
      {pages.first ? <Counts of={pages.first} /> : null}
      <nav className="tabs" aria-label={texts.state}>
        {TABS.map((tab) => (
          <Link
            key={tab}
            className="tab"
            href={paths.deliveries(writeDeliveryFilter({ ...filter, tab }))}
            aria-current={tab === filter.tab ? 'page' : undefined}
          >
            {texts.tabs[tab]}
          </Link>
        ))}
      </nav>
      <form className="filters" role="search" onSubmit={submit}>
        <TextField
          label={texts.document}
          value={document}
          onChange={setDocument}
          type="search"
          placeholder="INV-0042"
        />
        <Button type="submit">{texts.find}</Button>
      </form>
      <div className="row" role="status">
        <span>{texts.live[live ?? 'connecting']}</span>
        {fresh > 0 ? <Button onPress={readAgain}>{texts.fresh(fresh)}</Button> : null}
        {dropped > 0 ? <Button onPress={readAgain}>{texts.dropped(dropped)}</Button> : null}
      </div>
      <PagedTable
        label={texts.tabs[filter.tab]}
        pages={pages}
        keyOf={({ id }) => id}
        empty={
          <Empty title={isNarrowed ? texts.noneOfFilter : texts.none}>
            {isNarrowed ? (
              <LinkButton to={paths.deliveries(writeDeliveryFilter({ ...filter, document: null, webhook: null }))}>
                {texts.clear}
              </LinkButton>
            ) : filter.tab === 'open' ? (
              <p>{texts.noneOpen}</p>
            ) : null}
          </Empty>
        }
        columns={[
          {
            header: texts.document,
            cell: ({ id, referenceDocument, test }) => (
              <Link href={paths.delivery(id)}>
                <bdi>
                  <VisibleText text={referenceDocument} />
                </bdi>{' '}
                {test ? texts.test : null}
              </Link>
            ),
          },
          {
            header: texts.webhook,
            cell: ({ webhook }) =>
              webhook ? (
                <Link href={paths.webhook(webhook.id)}>
                  <bdi>{webhook.name}</bdi>
                </Link>
              ) : null,
          },
          { header: texts.event, cell: ({ event }) => <bdi>{event}</bdi> },
          { header: texts.state, cell: (row) => <State row={row} /> },
          { header: texts.attempts, number: true, cell: ({ attempts }) => formatCount(attempts) },
          {
            header: texts.last,
            cell: ({ lastRequest }) =>
              lastRequest ? (
                <Link href={paths.request(lastRequest.id)}>
                  <Ltr>{lastRequest.responseStatus ?? lastRequest.errorCode ?? '…'}</Ltr>
                </Link>
              ) : null,
          },
          {
            header: filter.tab === 'open' || filter.tab === 'held' ? texts.next : texts.finished,
            cell: ({ nextAttemptAt, finishedAt }) => {
              const time = nextAttemptAt ?? finishedAt;
              return time ? <Time at={time} /> : null;
            },
          },
        ]}
      />
    </Page>
  );
}

function State({ row }: { row: DeliveryRowFragment }) {
  const texts = useDeliveryTexts();
  const why = row.deadLetter
    ? texts.stuck(row.deadLetter.code)
    : row.held
      ? texts.held
      : row.cancelRequested
        ? texts.cancelRequested
        : row.waitsFor
          ? texts.waitsFor[row.waitsFor]
          : null;
  return (
    <>
      <DeliveryState status={row.status} /> {why ? <div className="faint">{why}</div> : null}
      {row.skipReason ? <Ltr className="mono faint">{row.skipReason}</Ltr> : null}
    </>
  );
}

function Counts({ of: { waiting, retrying, exhausted } }: { of: DeliveriesQuery }) {
  const texts = useDeliveryTexts();
  const shown = (count: { totalCount?: number | null; totalCountIsExact?: boolean | null } | null | undefined) =>
    typeof count?.totalCount === 'number' ? texts.atLeast(count.totalCount, count.totalCountIsExact ?? false) : '…';
  return <p>{texts.counts(shown(waiting), shown(retrying), shown(exhausted))}</p>;
}
