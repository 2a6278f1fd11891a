// The verifications that were ordered, by whomever, and the one that is looked at.
import { EvidenceRunDocument, EvidenceRunsDocument, type EvidenceRunsQuery } from '../api/generated/documents';
import { useApi, useApiPages } from '../api/use-api';
import { useTimes } from '../i18n/time-zone';
import { Empty, Shown } from '../ui/answer';
import { Button } from '../ui/button';
import { Later } from '../ui/later';
import { Ltr } from '../ui/ltr';
import { PagedTable } from '../ui/paged-table';
import { StateMark } from '../ui/state-mark';
import { Table } from '../ui/table';
import { Time } from '../ui/time';
import { useEvidenceTexts } from './texts';

type RunOfList = NonNullable<EvidenceRunsQuery['evidenceRuns']>['nodes'][number];

const REFRESH_MS = 2_000;
const LIST_REFRESH_MS = 10_000;

interface Props {
  /** The id of the run that is looked at. */
  shown: string | null;
  onShow(run: string): void;
}

export function Runs({ shown, onShow }: Props) {
  const texts = useEvidenceTexts();
  return (
    <>
      {shown === null ? null : (
        <section className="card stack">
          <Run id={shown} />
        </section>
      )}
      <Later title={texts.runs}>
        <List onShow={onShow} />
      </Later>
    </>
  );
}

function List({ onShow }: Pick<Props, 'onShow'>) {
  const texts = useEvidenceTexts();
  const pages = useApiPages(EvidenceRunsDocument, {}, ({ evidenceRuns }) => evidenceRuns, {
    refreshMs: LIST_REFRESH_MS,
  });
  return (
    <PagedTable
      label={texts.runs}
      pages={pages}
      keyOf={({ id }) => id}
      empty={<Empty title={texts.noRuns} />}
      columns={[
        { header: texts.ordered, cell: ({ createdAt }) => <Time at={createdAt} /> },
        { header: texts.by, cell: ({ orderedBy }) => <bdi>{orderedBy?.fullName ?? orderedBy?.name}</bdi> },
        { header: texts.depth, cell: ({ depth }) => texts.depths[depth] },
        { header: texts.scope, cell: ({ scope }) => <Scope of={scope} /> },
        { header: texts.result, cell: (run) => <Result of={run} /> },
        { header: texts.ended, cell: ({ finishedAt }) => (finishedAt ? <Time at={finishedAt} /> : null) },
        {
          header: texts.look,
          cell: ({ id }) => (
            <Button kind="plain" onPress={() => onShow(id)}>
              {texts.look}
            </Button>
          ),
        },
      ]}
    />
  );
}

function Scope({ of: { kind, from, to } }: { of: RunOfList['scope'] }) {
  const texts = useEvidenceTexts();
  const times = useTimes();
  if (kind !== 'RANGE') return <>{texts.scopes[kind]}</>;
  return <>{texts.range(from ? times.full(from) : null, to ? times.full(to) : null)}</>;
}

function Result({ of: { status, checked, findingCount } }: { of: RunOfList }) {
  const texts = useEvidenceTexts();
  if (status === 'PENDING' || status === 'RUNNING') {
    return <StateMark tone="moving">{texts.running(checked)}</StateMark>;
  }
  if (status === 'FAILED') return <StateMark tone="unknown">{texts.failed}</StateMark>;
  if (findingCount === 0) return <StateMark tone="good">{texts.passed(checked)}</StateMark>;
  return <StateMark tone="bad">{texts.found(findingCount)}</StateMark>;
}

/** One verification: its progress, and what it found. */
function Run({ id }: { id: string }) {
  const texts = useEvidenceTexts();
  const query = useApi(EvidenceRunDocument, { id }, { refreshMs: REFRESH_MS });
  return (
    <div role="status">
      <Shown of={query}>
        {({ evidenceRun: run }) => {
          if (!run) return null;
          if (run.status === 'PENDING' || run.status === 'RUNNING') {
            return <StateMark tone="moving">{texts.running(run.checked)}</StateMark>;
          }
          if (run.status === 'FAILED') {
            return (
              <StateMark tone="unknown">
                {texts.failed}: <Ltr>{run.error}</Ltr>
              </StateMark>
            );
          }
          if (run.findingCount === 0) return <StateMark tone="good">{texts.passed(run.checked)}</StateMark>;
          return (
            <div className="stack">
              <StateMark tone="bad">{texts.found(run.findingCount)}</StateMark>
              <Table
                label={texts.finding}
                rows={run.findings.map((finding, index) => ({ ...finding, index }))}
                keyOf={({ index }) => String(index)}
                columns={[
                  { header: texts.finding, cell: ({ name }) => <Ltr className="mono">{name}</Ltr> },
                  { header: texts.row, cell: ({ rowId }) => <Ltr className="mono">{rowId}</Ltr> },
                  { header: texts.leaf, cell: ({ leafIndex }) => <Ltr>{leafIndex}</Ltr> },
                  { header: texts.means, cell: ({ message }) => <Ltr>{message}</Ltr> },
                ]}
              />
            </div>
          );
        }}
      </Shown>
    </div>
  );
}
