// Stacked bars over time: one tab stop; the arrows walk from bar to bar, Enter narrows to it; also as a table.
import { type KeyboardEvent, useState } from 'react';
import { textsOf } from '../i18n/language';
import { formatCount } from '../i18n/plural';
import { useTimes } from '../i18n/time-zone';
import type { Tone } from './state-mark';
import { Table } from './table';

export interface Bar {
  start: string;
  end: string;
  parts: readonly { tone: Tone; name: string; count: number }[];
}

const en = {
  asTable: 'As a table',
  from: 'From',
  nothing: 'nothing',
  comma: ', ',
  most: (count: string) => `highest bar: ${count}`,
  keys: 'Arrow keys walk, Enter shows only this time.',
};
const ar: typeof en = {
  asTable: 'كجدول',
  from: 'من',
  nothing: 'لا شيء',
  comma: '، ',
  most: (count) => `أعلى عمود: ${count}`,
  keys: 'تنتقل الأسهم بين الأعمدة، ومفتاح الإدخال يحصر العرض في هذا الوقت.',
};
const useTexts = textsOf(en, ar);

interface Props {
  label: string;
  bars: readonly Bar[];
  /** Narrows what the page shows to one bar. */
  onPick?(bar: Bar): void;
}

export function StateBars({ label, bars, onPick }: Props) {
  const texts = useTexts();
  const times = useTimes();
  const [chosen, setChosen] = useState<number | null>(null);
  const at = chosen === null ? bars.length - 1 : Math.min(chosen, bars.length - 1);
  const most = Math.max(1, ...bars.map(countOf));
  const current = bars[at];
  if (!current) return null;

  const walk = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: bars.length - 1 };
    const step = steps[event.key];
    if (step !== undefined) setChosen(Math.max(0, Math.min(bars.length - 1, step)));
    else if (event.key === 'Enter') onPick?.(current);
    else return;
    event.preventDefault();
  };
  const span = (bar: Bar) => `${times.dayAndMinute(bar.start)} - ${times.minute(bar.end)}`;
  const said = `${span(current)}: ${sentenceOf(current, texts.comma) || texts.nothing}`;
  return (
    <figure className="stack" style={{ gap: 4 }}>
      <div
        className="bars"
        role="slider"
        tabIndex={0}
        aria-label={`${label}. ${texts.keys}`}
        aria-valuemin={0}
        aria-valuemax={bars.length - 1}
        aria-valuenow={at}
        aria-valuetext={said}
        onKeyDown={walk}
      >
        {bars.map((bar, index) => (
          <i
            key={bar.start}
            title={`${span(bar)}\n${sentenceOf(bar, texts.comma) || texts.nothing}`}
            data-current={chosen === index || undefined}
            onMouseEnter={() => setChosen(index)}
            onClick={() => onPick?.(bar)}
          >
            {bar.parts.map(({ tone, name, count }) => (
              <b key={name} data-tone={tone} style={{ blockSize: `${(count / most) * 100}%` }} />
            ))}
          </i>
        ))}
      </div>
      <div className="bars-ends faint" aria-hidden="true">
        <span>{times.dayAndMinute(bars[0]?.start ?? current.start)}</span>
        <span>{texts.most(formatCount(most))}</span>
        <span>{times.dayAndMinute(bars.at(-1)?.end ?? current.end)}</span>
      </div>
      <figcaption>{said}</figcaption>
      <details>
        <summary className="faint">{texts.asTable}</summary>
        <Table
          label={label}
          rows={bars.filter((bar) => countOf(bar) > 0)}
          keyOf={(bar) => bar.start}
          columns={[
            { header: texts.from, cell: (bar) => times.dayAndMinute(bar.start) },
            ...current.parts.map(({ name }, index) => ({
              header: name,
              number: true,
              cell: (bar: Bar) => formatCount(bar.parts[index]?.count ?? 0),
            })),
          ]}
        />
      </details>
    </figure>
  );
}

function countOf({ parts }: Bar): number {
  return parts.reduce((sum, { count }) => sum + count, 0);
}

function sentenceOf({ parts }: Bar, comma: string): string {
  return parts
    .filter(({ count }) => count > 0)
    .map(({ name, count }) => `${formatCount(count)} ${name}`)
    .join(comma);
}
