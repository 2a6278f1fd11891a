import { type FormEvent, useEffect, useState } from 'react';
import { useTimes } from '../i18n/time-zone';
import { Button } from '../ui/button';
import { SelectField, TextField } from '../ui/field';
import { useStateWords } from '../ui/state-mark';
import {
  DIRECTIONS,
  type Direction,
  EVERYTHING,
  type LogFilter,
  RANGES,
  type Range,
  STATUSES,
  type Status,
} from './log-filter';
import { useLogTexts } from './texts';

interface Props {
  filter: LogFilter;
  onChange(filter: LogFilter): void;
  canSearch: boolean;
}

/** Selects apply at once; texts when they are submitted: each search is recorded. */
export function LogFilters({ filter, onChange, canSearch }: Props) {
  const texts = useLogTexts();
  const words = useStateWords();
  const times = useTimes();
  const [document, setDocument] = useState(filter.document ?? '');
  const [search, setSearch] = useState(filter.search ?? '');
  useEffect(() => {
    setDocument(filter.document ?? '');
    setSearch(filter.search ?? '');
  }, [filter.document, filter.search]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onChange({ ...filter, document: document.trim() || null, search: search.trim() || null });
  };
  const { between } = filter;
  return (
    <form className="filters" role="search" onSubmit={submit}>
      <div className="wide">
        <TextField
          label={texts.document}
          value={document}
          onChange={setDocument}
          type="search"
          placeholder="INV-0042"
        />
      </div>
      {canSearch ? (
        <div className="wide">
          <TextField label={texts.search} hint={texts.searchHint} value={search} onChange={setSearch} type="search" />
        </div>
      ) : null}
      <SelectField<Status | ''>
        label={texts.status}
        value={filter.status.length === 1 ? (filter.status[0] as Status) : ''}
        options={[
          {
            value: '',
            label:
              filter.status.length > 1 ? filter.status.map((each) => words.request[each]).join(', ') : texts.anyStatus,
          },
          ...STATUSES.map((value) => ({ value, label: words.request[value] })),
        ]}
        onChange={(value) => onChange({ ...filter, status: value === '' ? [] : [value] })}
      />
      <SelectField<Direction | ''>
        label={texts.direction}
        value={filter.direction ?? ''}
        options={[
          { value: '', label: texts.directions.all },
          ...DIRECTIONS.map((value) => ({ value, label: texts.directions[value] })),
        ]}
        onChange={(value) => onChange({ ...filter, direction: value === '' ? null : value })}
      />
      <SelectField<Range | 'between'>
        label={texts.range}
        value={between ? 'between' : filter.range}
        options={[
          ...(between
            ? [{ value: 'between' as const, label: texts.between(times.full(between.from), times.full(between.to)) }]
            : []),
          ...RANGES.map((value) => ({ value, label: texts.ranges[value] })),
        ]}
        onChange={(value) => onChange({ ...filter, ...(value === 'between' ? {} : { range: value, between: null }) })}
      />
      <Button type="submit">{texts.apply}</Button>
      {JSON.stringify(filter) === JSON.stringify(EVERYTHING) ? null : (
        <Button kind="plain" onPress={() => onChange(EVERYTHING)}>
          {texts.clear}
        </Button>
      )}
    </form>
  );
}
