import { useState } from 'react';
import { ApiError } from '../api/api-error';
import { EvidenceCompletenessDocument, type EvidenceCompletenessQuery } from '../api/generated/documents';
import { request } from '../api/request';
import { noteFailure } from '../api/session-state';
import { Failed } from '../ui/answer';
import { Button } from '../ui/button';
import { TextField } from '../ui/field';
import { Ltr } from '../ui/ltr';
import { StateMark } from '../ui/state-mark';
import { Table } from '../ui/table';
import { useEvidenceTexts } from './texts';

type Part = NonNullable<EvidenceCompletenessQuery['evidenceCompleteness']>;

/** Counts a month part by part, each when the person asks: a month may have millions of rows. */
export function Completeness() {
  const texts = useEvidenceTexts();
  const [month, setMonth] = useState(() => new Date().toISOString().slice(0, 7));
  const [parts, setParts] = useState<readonly Part[]>([]);
  const [error, setError] = useState<ApiError | null>(null);
  const [isBusy, setBusy] = useState(false);
  const next = parts.at(-1)?.next ?? null;
  const count = async (after: string | null) => {
    setBusy(true);
    setError(null);
    try {
      const { data } = await request(EvidenceCompletenessDocument, { month, after });
      const part = data.evidenceCompleteness;
      if (part) setParts(after === null ? [part] : [...parts, part]);
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      noteFailure(failure);
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  const sum = (of: (part: Part) => number) => parts.reduce((total, part) => total + of(part), 0);
  const holes = parts.flatMap((part) => part.holes);
  return (
    <section className="card stack">
      <h2>{texts.months}</h2>
      <p>{texts.monthsText}</p>
      <div className="filters">
        <TextField
          label={texts.month}
          value={month}
          onChange={(value) => {
            setMonth(value);
            setParts([]);
          }}
          placeholder="2026-12"
          ltr
        />
        <Button asks isDisabled={isBusy} onPress={() => void count(null)}>
          {texts.countNow}
        </Button>
        {next === null ? null : (
          <Button asks isDisabled={isBusy} onPress={() => void count(next)}>
            {texts.further}
          </Button>
        )}
      </div>
      {error ? <Failed error={error} /> : null}
      <div role="status" className="stack">
        {parts.length > 0 && holes.length === 0 ? (
          <StateMark tone="good">{texts.complete(sum(({ requestCount }) => requestCount))}</StateMark>
        ) : null}
        {parts.some(({ rowsDropped }) => rowsDropped) ? <p>{texts.dropped}</p> : null}
        {holes.length > 0 ? (
          <>
            <StateMark tone="bad">{texts.holes(sum(({ holeCount }) => holeCount))}</StateMark>
            <Table
              label={texts.months}
              rows={holes.map((hole, index) => ({ ...hole, index }))}
              keyOf={({ index }) => String(index)}
              columns={[
                { header: texts.finding, cell: ({ name }) => <Ltr className="mono">{name}</Ltr> },
                { header: texts.row, cell: ({ rowId }) => <Ltr className="mono">{rowId}</Ltr> },
                { header: texts.means, cell: ({ message }) => <Ltr>{message}</Ltr> },
              ]}
            />
          </>
        ) : null}
      </div>
    </section>
  );
}
