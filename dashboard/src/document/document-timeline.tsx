import { useState } from 'react';
import { Link } from 'wouter';
import { DocumentDocument } from '../api/generated/documents';
import { useApi } from '../api/use-api';
import { formatDuration } from '../i18n/amount';
import { paths } from '../paths';
import { Button } from '../ui/button';
import { Ltr } from '../ui/ltr';
import { StateMark, type Tone } from '../ui/state-mark';
import { useUiTexts } from '../ui/texts';
import { Time } from '../ui/time';
import { VisibleText } from '../ui/visible-text';
import type { KnownDocument } from './document-page';
import { useDocumentTexts } from './texts';

type Timeline = KnownDocument['timeline'];
type Entry = NonNullable<Timeline>['nodes'][number];

interface Props {
  first: Timeline;
  documentType: string;
  name: string;
}

/** All that happened to the document, the oldest first, both ways. */
export function DocumentTimeline({ first, documentType, name }: Props) {
  const entries = first?.nodes ?? [];
  const next = first?.pageInfo.hasNextPage ? (first.pageInfo.endCursor ?? null) : null;
  return (
    <ol className="timeline">
      {entries.map((entry, index) => (
        <TimelineEntry key={`${entry.at} ${entry.kind} ${index}`} entry={entry} />
      ))}
      {next === null ? null : <Further after={next} documentType={documentType} name={name} />}
    </ol>
  );
}

function Further({ after, documentType, name }: { after: string; documentType: string; name: string }) {
  const ui = useUiTexts();
  const [isOpen, setOpen] = useState(false);
  const query = useApi(DocumentDocument, { documentType, name, after }, { enabled: isOpen });
  const timeline = query.data?.data.businessDocument?.timeline;
  if (!timeline) {
    return (
      <li>
        <Button onPress={() => setOpen(true)} isDisabled={query.isFetching}>
          {ui.more}
        </Button>
      </li>
    );
  }
  const next = timeline.pageInfo.hasNextPage ? (timeline.pageInfo.endCursor ?? null) : null;
  return (
    <>
      {timeline.nodes.map((entry, index) => (
        <TimelineEntry key={`${entry.at} ${entry.kind} ${index}`} entry={entry} />
      ))}
      {next === null ? null : <Further after={next} documentType={documentType} name={name} />}
    </>
  );
}

function toneOf({ kind, requestStatus }: Entry): Tone {
  switch (kind) {
    case 'DELIVERED':
      return 'good';
    case 'GIVEN_UP':
      return 'bad';
    case 'ATTEMPT_MADE':
    case 'CALL_RECEIVED':
      if (requestStatus === 'SUCCEEDED') return 'good';
      if (requestStatus === 'UNKNOWN') return 'unknown';
      if (requestStatus === 'PENDING') return 'moving';
      return requestStatus === 'REFUSED' ? 'refused' : 'bad';
    case 'DELIVERY_MADE':
      return 'moving';
    default:
      return 'neutral';
  }
}

function TimelineEntry({ entry }: { entry: Entry }) {
  const texts = useDocumentTexts();
  const { request, webhook, businessEvent, skipReason } = entry;
  // that of the delivery and its attempts is the same
  const by = entry.kind === 'EVENT_PUBLISHED' || entry.kind === 'CALL_RECEIVED' ? businessEvent?.user : null;
  return (
    <li>
      <Time at={entry.at} />
      <StateMark tone={toneOf(entry)}>{texts.kinds[entry.kind]}</StateMark>
      <span className="row">
        {webhook ? (
          <Link href={paths.webhook(webhook.id)}>
            <bdi>{webhook.name}</bdi>
          </Link>
        ) : null}
        {entry.event ? <bdi>{entry.event}</bdi> : null}
        {typeof businessEvent?.wantedBy === 'number' && entry.kind === 'EVENT_PUBLISHED' ? (
          <span>{texts.wantedBy(businessEvent.wantedBy)}</span>
        ) : null}
        {request ? (
          <Link href={paths.request(request.id)}>
            <Ltr>
              {[
                request.attemptNumber ? `#${request.attemptNumber}` : null,
                entry.responseStatus ?? request.errorCode,
                typeof request.durationMs === 'number' ? formatDuration(request.durationMs) : null,
              ]
                .filter((part) => part !== null && part !== undefined)
                .join(' · ')}
            </Ltr>
          </Link>
        ) : null}
        {skipReason ? <span>{texts.skip[skipReason] ?? skipReason}</span> : null}
        {entry.error ? (
          <Ltr className="faint">
            <VisibleText text={entry.error} />
          </Ltr>
        ) : null}
        {by ? <bdi className="faint">{texts.by(by.fullName ?? by.name)}</bdi> : null}
      </span>
    </li>
  );
}
