import { EvidencePageDocument, type EvidencePageQuery } from '../api/generated/documents';
import { useApi } from '../api/use-api';
import { useViewer } from '../api/viewer';
import { formatCount } from '../i18n/plural';
import { useTimes } from '../i18n/time-zone';
import { useSearchParams } from '../search-params';
import { Page } from '../shell/page';
import { Shown } from '../ui/answer';
import { CopyButton } from '../ui/copy-button';
import { Facts } from '../ui/facts';
import { Later } from '../ui/later';
import { Ltr } from '../ui/ltr';
import { StateMark } from '../ui/state-mark';
import { Table } from '../ui/table';
import { Time } from '../ui/time';
import { BundleForm } from './bundle-form';
import { CheckProof } from './check-proof';
import { Completeness } from './completeness';
import { Heads } from './heads';
import { Runs } from './runs';
import { useEvidenceTexts } from './texts';
import { VerifyLog } from './verify-log';

type Status = NonNullable<EvidencePageQuery['evidenceStatus']>;

const REFRESH_MS = 10_000;
/** Longer than sealing takes. */
const LONG_S = 60;

export default function EvidencePage() {
  const texts = useEvidenceTexts();
  const query = useApi(EvidencePageDocument, {}, { refreshMs: REFRESH_MS });
  return (
    <Page title={texts.title}>
      <Shown of={query} rows={8}>
        {({ evidenceStatus }) => (evidenceStatus ? <StatusCard status={evidenceStatus} /> : null)}
      </Shown>
      {/* below what is there: it would move when that arrives */}
      {query.isPending ? null : <Acts />}
    </Page>
  );
}

function Acts() {
  const texts = useEvidenceTexts();
  const viewer = useViewer();
  const [search, setSearch] = useSearchParams();
  const show = (run: string) => setSearch({ run });
  return (
    <>
      <Later title={texts.heads}>
        <Heads />
      </Later>
      <CheckProof />
      {viewer.may('Mutation.verifyEvidence') ? <VerifyLog onOrdered={show} /> : null}
      {viewer.may('Query.evidenceRuns') ? <Runs shown={search.get('run')} onShow={show} /> : null}
      <Completeness />
      {viewer.may('Mutation.exportEvidence') ? <BundleForm /> : null}
    </>
  );
}

function StatusCard({ status }: { status: Status }) {
  const texts = useEvidenceTexts();
  const times = useTimes();
  const { head, stops, keys, waitingCount, oldestWaitingSeconds, lastAnchors } = status;
  const isLate = (oldestWaitingSeconds ?? 0) > LONG_S;
  return (
    <section className="card stack">
      <h2>{texts.status}</h2>
      {stops.map(({ code, message, since }) => (
        <p key={code} className="note" data-tone="bad" role="alert">
          <strong>{texts.stopped}</strong> {texts.since(times.full(since))}: <Ltr>{message}</Ltr>
        </p>
      ))}
      {stops.length === 0 ? (
        <p>
          <StateMark tone={isLate ? 'bad' : 'good'}>
            {texts.sealing(status.treeSize)}.{' '}
            {isLate ? texts.waiting(waitingCount, formatCount(oldestWaitingSeconds ?? 0)) : texts.whole}
          </StateMark>
        </p>
      ) : null}
      {head ? (
        <>
          <Facts
            of={{
              [texts.origin]: <Ltr className="mono">{status.origin}</Ltr>,
              [texts.size]: formatCount(head.treeSize),
              [texts.signed]: <Time at={head.signedAt} />,
            }}
          />
          <p className="row">
            <CopyButton text={head.checkpoint} label={texts.copyHead} /> <span className="faint">{texts.headText}</span>
          </p>
        </>
      ) : (
        <p>{texts.nothing}</p>
      )}
      <h3>{texts.keys}</h3>
      <p className="faint">{texts.keysText}</p>
      <ul className="stack">
        {keys.map((key) => (
          <li key={key} className="row">
            <Ltr className="mono">{key}</Ltr> <CopyButton text={key} label={texts.copyKey} />
          </li>
        ))}
      </ul>
      {lastAnchors.length > 0 ? (
        <>
          <h3>{texts.witnesses}</h3>
          <Table
            label={texts.witnesses}
            rows={lastAnchors}
            keyOf={({ by, kind }) => `${kind} ${by}`}
            columns={[
              { header: texts.by, cell: ({ by }) => <bdi>{by}</bdi> },
              { header: texts.last, cell: ({ anchoredAt }) => (anchoredAt ? <Time at={anchoredAt} /> : texts.none) },
              {
                header: texts.size,
                number: true,
                cell: ({ anchoredSize }) => (typeof anchoredSize === 'number' ? formatCount(anchoredSize) : null),
              },
              { header: texts.error, cell: ({ error }) => (error ? <Ltr>{error}</Ltr> : null) },
            ]}
          />
        </>
      ) : null}
    </section>
  );
}
