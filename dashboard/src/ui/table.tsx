import type { ReactNode } from 'react';

export interface Column<Row> {
  header: string;
  cell(row: Row): ReactNode;
  number?: boolean;
}

interface Props<Row> {
  /** What the rows are, for a screen reader. */
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf(row: Row): string;
}

/** A short table, up to some hundred rows; on a phone a card for each row. The log, which is longer, is a grid of its own. */
export function Table<Row>({ label, columns, rows, keyOf }: Props<Row>) {
  return (
    <section className="table-scroll" aria-label={label} tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            {columns.map(({ header, number }) => (
              <th key={header} scope="col" className={number ? 'number' : undefined}>
                {header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ header, cell, number }) => (
                <td key={header} className={number ? 'number' : undefined} data-label={header}>
                  <div>{cell(row)}</div>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
