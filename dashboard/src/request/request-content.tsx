// Headers and bodies. They are asked for when a person opens them, and never before: reading them is recorded.
import { useState } from 'react';
import { type ContentPartsFragment, RequestContentDocument } from '../api/generated/documents';
import { useApi } from '../api/use-api';
import { useTimes } from '../i18n/time-zone';
import { Shown } from '../ui/answer';
import { BodyView, type ShownBody } from '../ui/body-view';
import { Button } from '../ui/button';
import { CopyButton } from '../ui/copy-button';
import { SelectField } from '../ui/field';
import { jsonLines } from '../ui/json-tokens';
import { Ltr } from '../ui/ltr';
import { Table } from '../ui/table';
import { VisibleText } from '../ui/visible-text';
import { asCurl } from './as-curl';
import { lineDiff } from './line-diff';
import { useRequestTexts } from './texts';

interface Props {
  id: string;
  direction: 'OUTGOING' | 'INCOMING';
  /** Other attempts of the delivery, to compare with. */
  others: readonly { id: string; name: string }[];
  /** The content was erased: when, or null if the audit trail does not say. */
  erased: { at: string | null } | null;
  /** Instead of what the server shows of it: what was revealed. */
  revealed: ContentPartsFragment | null;
}

export function RequestContent({ id, direction, others, erased, revealed }: Props) {
  const texts = useRequestTexts();
  const times = useTimes();
  const [isOpen, setOpen] = useState(false);
  if (erased) return <p className="note">{texts.erased(erased.at ? times.full(erased.at) : null)}</p>;
  if (!isOpen && !revealed) {
    return (
      <div className="stack">
        <p className="faint">{texts.contentNote}</p>
        <p>
          <Button asks onPress={() => setOpen(true)}>
            {texts.openContent}
          </Button>
        </p>
      </div>
    );
  }
  if (revealed) return <Parts parts={revealed} direction={direction} others={others} />;
  return <Loaded id={id} direction={direction} others={others} />;
}

function Loaded({ id, direction, others }: Omit<Props, 'revealed' | 'erased'>) {
  const query = useApi(RequestContentDocument, { id }, { freshMs: Number.POSITIVE_INFINITY });
  return (
    <Shown of={query} rows={8}>
      {({ webhookRequestLog: parts }) => (parts ? <Parts parts={parts} direction={direction} others={others} /> : null)}
    </Shown>
  );
}

interface PartsProps {
  parts: ContentPartsFragment;
  direction: Props['direction'];
  others: Props['others'];
}

function Parts({ parts, direction, others }: PartsProps) {
  const texts = useRequestTexts();
  const isOut = direction === 'OUTGOING';
  const curl = asCurl({
    method: parts.method,
    url: parts.url,
    headers: parts.headerList ?? [],
    body: parts.dataBody?.text ?? null,
  });
  return (
    <div className="stack">
      <h3>{isOut ? texts.sentPart : texts.receivedPart}</h3>
      <Headers headers={parts.headerList} />
      <BodyView body={parts.dataBody ?? null} name={`${parts.id}-request`} />
      {isOut ? (
        <p className="row">
          <CopyButton text={curl} label={texts.copyCurl} /> <span className="faint">{texts.curlNote}</span>
        </p>
      ) : null}
      <h3>{isOut ? texts.gotPart : texts.answeredPart}</h3>
      <Headers headers={parts.responseHeaderList} />
      <BodyView body={parts.responseBody ?? null} name={`${parts.id}-response`} />
      {others.length > 0 ? <Comparison parts={parts} others={others} /> : null}
    </div>
  );
}

function Headers({ headers }: { headers: readonly { name: string; value: string }[] | null | undefined }) {
  const texts = useRequestTexts();
  if (!headers?.length) return <p className="faint">{texts.noHeaders}</p>;
  return (
    <Table
      label={texts.headers}
      rows={headers.map((header, index) => ({ ...header, index }))}
      keyOf={({ index }) => String(index)}
      columns={[
        { header: texts.name, cell: ({ name }) => <Ltr className="mono">{name}</Ltr> },
        {
          header: texts.value,
          cell: ({ value }) => (
            <Ltr className="mono wire">
              <VisibleText text={value} />
            </Ltr>
          ),
        },
      ]}
    />
  );
}

function Comparison({ parts, others }: Omit<PartsProps, 'direction'>) {
  const texts = useRequestTexts();
  const [chosen, setChosen] = useState('');
  return (
    <div className="stack">
      <SelectField
        label={texts.compare}
        value={chosen}
        options={[
          { value: '', label: texts.compareNone },
          ...others.map(({ id, name }) => ({ value: id, label: name })),
        ]}
        onChange={setChosen}
      />
      {chosen === '' ? null : <Difference parts={parts} other={chosen} />}
    </div>
  );
}

function Difference({ parts, other }: { parts: ContentPartsFragment; other: string }) {
  const texts = useRequestTexts();
  const query = useApi(RequestContentDocument, { id: other }, { freshMs: Number.POSITIVE_INFINITY });
  return (
    <Shown of={query}>
      {({ webhookRequestLog: theirs }) => {
        const lines = theirs ? lineDiff(linesOf(parts), linesOf(theirs)) : [];
        const apart = lines.filter(({ side }) => side !== 'both');
        if (apart.length === 0) return <p>{texts.compareSame}</p>;
        return (
          <>
            <p className="faint">{texts.compareText}</p>
            <pre className="body-lines" data-short dir="ltr">
              {apart.map(({ side, text }, index) => (
                <div key={index} className="body-line">
                  {side === 'left' ? '- ' : '+ '}
                  <VisibleText text={text} />
                </div>
              ))}
            </pre>
          </>
        );
      }}
    </Shown>
  );
}

function linesOf(parts: ContentPartsFragment): string[] {
  const headers = (list: ContentPartsFragment['headerList']) =>
    (list ?? []).map(({ name, value }) => `${name}: ${value}`);
  return [
    ...headers(parts.headerList),
    ...bodyLines(parts.dataBody ?? null),
    ...headers(parts.responseHeaderList),
    ...bodyLines(parts.responseBody ?? null),
  ];
}

function bodyLines(body: ShownBody | null): string[] {
  const text = body?.text ?? body?.base64 ?? '';
  const json = jsonLines(text);
  if (!json) return text.split(/\r\n|\n|\r/);
  return json.map(({ depth, tokens }) => `${'  '.repeat(depth)}${tokens.map((token) => token.text).join('')}`);
}
