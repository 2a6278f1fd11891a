import type { ReactNode } from 'react';
import type { Pages } from '../api/use-api';
import { useTimes } from '../i18n/time-zone';
import { Failed, Faults, Refreshing, Skeleton } from './answer';
import { Button } from './button';
import { type Column, Table } from './table';
import { useUiTexts } from './texts';

interface Props<Row> {
  label: string;
  pages: Pages<Row>;
  columns: readonly Column<Row>[];
  keyOf(row: Row): string;
  /** How many rows the skeleton has: about as many as are expected. */
  skeleton?: number;
  /** In place of the table where there is no row, and none further. */
  empty: ReactNode;
}

/** A list with the rows read so far, how far it was looked, and a button for the next ones. */
export function PagedTable<Row>({ label, pages, columns, keyOf, skeleton = 6, empty }: Props<Row>) {
  const texts = useUiTexts();
  const times = useTimes();
  const { rows, hasMore, searchedTo, isLoading, isLoadingMore, isRefreshing, error, faults, more, retry } = pages;
  if (isLoading) return <Skeleton rows={skeleton} />;
  return (
    <>
      <Refreshing isActive={isRefreshing} />
      {error ? <Failed error={error} retry={retry} /> : null}
      <Faults faults={faults} retry={retry} />
      {rows.length > 0 ? <Table label={label} columns={columns} rows={rows} keyOf={keyOf} /> : null}
      {rows.length === 0 && !hasMore && !error && faults.length === 0 ? empty : null}
      {hasMore ? (
        <p className="row">
          {searchedTo ? <span>{texts.searchedTo(times.full(searchedTo))}</span> : null}
          <Button onPress={more} isDisabled={isLoadingMore}>
            {rows.length === 0 || searchedTo ? texts.searchOn : texts.more}
          </Button>
        </p>
      ) : null}
    </>
  );
}
