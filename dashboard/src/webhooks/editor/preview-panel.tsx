import type { PreviewOutcome } from '../../api/generated/documents';
import { useTimes } from '../../i18n/time-zone';
import { Denied, Failed, Skeleton } from '../../ui/answer';
import { BodyView } from '../../ui/body-view';
import { Button } from '../../ui/button';
import { SelectField } from '../../ui/field';
import { Ltr } from '../../ui/ltr';
import { StateMark, type Tone } from '../../ui/state-mark';
import { Table } from '../../ui/table';
import { UserErrors } from '../../ui/user-errors';
import { VisibleText } from '../../ui/visible-text';
import { useEditorTexts } from './texts';
import type { DraftPreview } from './use-preview';

const TONES: Record<PreviewOutcome, Tone> = { SENT: 'good', SKIPPED: 'neutral', FAULT: 'bad', UNDECIDED: 'unknown' };

type Known = NonNullable<DraftPreview['preview']>;

/** What the draft would do: with the newest events, and with one of them in full. */
export function PreviewPanel({ of }: { of: DraftPreview }) {
  const { preview, isBehind, query, eventId, setEventId, isBegun, begin } = of;
  const texts = useEditorTexts();
  const answer = query.data;
  const denied = answer?.faults.find(({ path }) => path?.includes('recent'));
  return (
    <section className="card stack preview" aria-labelledby="preview-title" aria-busy={isBehind}>
      <h2 id="preview-title">{texts.preview}</h2>
      <p className="faint">{texts.previewText}</p>
      {query.error ? <Failed error={query.error} retry={() => void query.refetch()} /> : null}
      {isBegun && query.isPending ? <Skeleton rows={3} /> : null}
      {isBegun ? null : (
        <p>
          <Button asks onPress={begin}>
            {texts.tryNow}
          </Button>
        </p>
      )}
      <UserErrors errors={answer?.data.previewWebhook?.userErrors} />
      {denied ? <Denied message={denied.message} /> : null}
      <p role="status">
        {isBegun && isBehind ? (
          <span className="faint">{texts.checking}</span>
        ) : preview ? (
          <Summary of={preview} />
        ) : null}
      </p>
      {preview?.recent && preview.recent.length > 0 ? (
        <>
          <Breakdown recent={preview.recent} />
          <ChooseEvent recent={preview.recent} eventId={eventId} choose={setEventId} />
        </>
      ) : null}
      {preview && eventId !== null && preview.faults.length === 0 ? <OneEvent preview={preview} /> : null}
    </section>
  );
}

function Summary({ of: { faults, recent } }: { of: Known }) {
  const texts = useEditorTexts();
  if (faults.length > 0) return <StateMark tone="bad">{texts.brokenDraft}</StateMark>;
  if (!recent) return null;
  if (recent.length === 0) return <span>{texts.noRecent}</span>;
  const sent = recent.filter(({ outcome }) => outcome === 'SENT').length;
  return <strong>{texts.ofLast(sent, recent.length)}</strong>;
}

type Recent = NonNullable<Known['recent']>;

function Breakdown({ recent }: { recent: Recent }) {
  const texts = useEditorTexts();
  const count = (wanted: PreviewOutcome) => recent.filter(({ outcome }) => outcome === wanted).length;
  const [skipped, faults, undecided] = [count('SKIPPED'), count('FAULT'), count('UNDECIDED')];
  const others = recent.filter(({ outcome }) => outcome !== 'SENT');
  if (others.length === 0) return null;
  return (
    <>
      <p className="row">
        {skipped > 0 ? <StateMark tone={TONES.SKIPPED}>{texts.skippedCount(skipped)}</StateMark> : null}
        {faults > 0 ? <StateMark tone={TONES.FAULT}>{texts.faultCount(faults)}</StateMark> : null}
        {undecided > 0 ? <StateMark tone={TONES.UNDECIDED}>{texts.undecidedCount(undecided)}</StateMark> : null}
      </p>
      <details>
        <summary>{texts.notSent}</summary>
        <Table
          label={texts.notSent}
          rows={others}
          keyOf={({ businessEvent }) => businessEvent?.id ?? ''}
          columns={[
            { header: texts.event, cell: ({ businessEvent }) => <bdi>{businessEvent?.referenceDocument}</bdi> },
            { header: texts.why, cell: ({ skipMessage }) => <Ltr>{skipMessage}</Ltr> },
          ]}
        />
      </details>
    </>
  );
}

function ChooseEvent(props: { recent: Recent; eventId: string | null; choose(id: string): void }) {
  const { recent, eventId, choose } = props;
  const texts = useEditorTexts();
  const times = useTimes();
  const options = recent.flatMap(({ businessEvent: event, outcome }) =>
    event
      ? {
          value: event.id,
          label: `${event.referenceDocument} · ${event.event} · ${times.full(event.createdAt)} · ${texts.outcome[outcome]}`,
        }
      : [],
  );
  // it is no longer among those that fit
  const isKnown = options.some(({ value }) => value === eventId);
  return (
    <SelectField
      label={texts.document}
      value={isKnown && eventId !== null ? eventId : ''}
      options={isKnown ? options : [{ value: '', label: texts.newest }, ...options]}
      onChange={(id) => {
        if (id !== '') choose(id);
      }}
    />
  );
}

function OneEvent({ preview }: { preview: Known }) {
  const texts = useEditorTexts();
  const { matches, skipMessage, request } = preview;
  if (matches === null) return null;
  return (
    <div className="stack">
      {matches ? null : <StateMark tone="neutral">{texts.notFor}</StateMark>}
      {skipMessage ? (
        <StateMark tone={preview.skipReason === 'CONDITION_FALSE' ? 'neutral' : 'bad'}>
          <Ltr>{skipMessage}</Ltr>
        </StateMark>
      ) : matches ? (
        <StateMark tone="good">{texts.sends}</StateMark>
      ) : null}
      {request ? (
        <>
          <h3>{texts.request}</h3>
          <pre dir="ltr">
            <VisibleText
              text={[
                `${request.method} ${request.url}`,
                ...request.headers.map(({ name, value }) => `${name}: ${value}`),
              ].join('\n')}
            />
          </pre>
          <BodyView
            name={texts.requestBody}
            body={{
              text: request.body,
              bytes: new TextEncoder().encode(request.body).length,
              truncated: false,
              masked: false,
            }}
          />
        </>
      ) : null}
    </div>
  );
}
