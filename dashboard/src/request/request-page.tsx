import { useEffect, useState } from 'react';
import { Link, useParams } from 'wouter';
import { type ContentPartsFragment, RequestDocument } from '../api/generated/documents';
import { useApi } from '../api/use-api';
import { useViewer } from '../api/viewer';
import { formatDuration } from '../i18n/amount';
import { useTimes } from '../i18n/time-zone';
import { paths } from '../paths';
import { Page } from '../shell/page';
import { Empty, Shown } from '../ui/answer';
import { Ltr } from '../ui/ltr';
import { RequestState } from '../ui/state-mark';
import { Table } from '../ui/table';
import { Time } from '../ui/time';
import { RequestContent } from './request-content';
import { RequestFacts, type RequestFactsOf, RequestSummary } from './request-facts';
import { RequestProof } from './request-proof';
import { Reveal } from './reveal';
import { useRequestTexts } from './texts';

/** How often an open request is asked for again. */
const REFRESH_MS = 2_000;

export default function RequestPage() {
  const texts = useRequestTexts();
  const times = useTimes();
  const { about } = useViewer();
  const { id = '' } = useParams<{ id: string }>();
  const query = useApi(
    RequestDocument,
    { id },
    { refreshMs: REFRESH_MS, isFinal: ({ webhookRequestLog: known }) => known === null || isSettled(known) },
  );
  useEscapeToLog();
  const known = query.data?.data.webhookRequestLog;
  const title = known ? `${known.referenceDocument ?? texts.title} - ${known.webhook?.name ?? ''}` : texts.title;
  return (
    <Page title={title}>
      <Shown of={query} rows={10}>
        {({ webhookRequestLog: request }) =>
          request ? (
            <Request key={request.id} request={request} />
          ) : (
            <Empty title={texts.missing}>
              <p>
                {texts.missingText} {about.oldestRequestAt ? texts.agedOut(times.full(about.oldestRequestAt)) : null}
              </p>
            </Empty>
          )
        }
      </Shown>
    </Page>
  );
}

/** Escape closes a request that was opened from the log, as it closes a dialog. */
function useEscapeToLog() {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented || document.querySelector('[role="dialog"]')) return;
      if (window.history.state?.from === 'log') window.history.back();
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, []);
}

/** The request has ended, its record is sealed, and no further attempt is due. */
function isSettled({ finishedAt, evidence, delivery }: RequestFactsOf): boolean {
  return Boolean(finishedAt && evidence?.sealedAt && !delivery?.nextAttemptAt);
}

function Request({ request }: { request: RequestFactsOf }) {
  const texts = useRequestTexts();
  const [revealed, setRevealed] = useState<ContentPartsFragment | null>(null);
  const { evidence } = request;
  const attempts = request.delivery?.requests?.nodes ?? [];
  const others = attempts
    .filter(({ id }) => id !== request.id)
    .map(({ id, attemptNumber, startedAt }) => ({
      id,
      name: `${texts.attempt} ${attemptNumber ?? ''} (${startedAt})`,
    }));
  return (
    <>
      <div className="row">
        <RequestState status={request.status} direction={request.direction} />
      </div>
      <RequestSummary of={request} />
      <section className="card stack">
        <h2>{texts.facts}</h2>
        <RequestFacts of={request} />
      </section>
      <section className="card stack">
        <h2>{texts.content}</h2>
        <RequestContent
          key={request.id}
          id={request.id}
          direction={request.direction}
          others={others}
          erased={evidence?.status === 'ERASED' ? { at: evidence.erasedAt ?? null } : null}
          revealed={revealed}
        />
        {revealed ? <p className="note">{texts.revealed}</p> : null}
        {revealed || evidence?.status === 'ERASED' ? null : <Reveal request={request} onReveal={setRevealed} />}
      </section>
      {attempts.length > 1 ? (
        <section className="card stack">
          <h2>{texts.attempts}</h2>
          <Table
            label={texts.attempts}
            rows={attempts}
            keyOf={({ id }) => id}
            columns={[
              { header: texts.attempt, cell: ({ attemptNumber }) => attemptNumber },
              {
                header: texts.started,
                cell: ({ id, startedAt }) => (
                  <Link href={paths.request(id)} aria-current={id === request.id ? 'true' : undefined}>
                    <Time at={startedAt} />
                  </Link>
                ),
              },
              { header: '', cell: ({ status, direction }) => <RequestState status={status} direction={direction} /> },
              { header: texts.http, cell: ({ responseStatus, errorCode }) => <Ltr>{responseStatus ?? errorCode}</Ltr> },
              {
                header: texts.took,
                number: true,
                cell: ({ durationMs }) =>
                  typeof durationMs === 'number' ? <Ltr>{formatDuration(durationMs)}</Ltr> : null,
              },
            ]}
          />
        </section>
      ) : null}
      <section className="card stack">
        <h2>{texts.proof}</h2>
        <RequestProof of={request} />
      </section>
    </>
  );
}
