import { useState } from 'react';
import { RetentionDocument, type RetentionQuery } from '../api/generated/documents';
import { useApi } from '../api/use-api';
import { useViewer } from '../api/viewer';
import { Shown } from '../ui/answer';
import { Button } from '../ui/button';
import { Ltr } from '../ui/ltr';
import { StateMark } from '../ui/state-mark';
import { Table } from '../ui/table';
import { Time } from '../ui/time';
import { RetentionForm } from './retention-form';
import { usePrivacyTexts } from './texts';

export type Limit = NonNullable<RetentionQuery['retentionLimits']>[number];

export function Retention() {
  const query = useApi(RetentionDocument, {});
  return (
    <Shown of={query}>
      {({ retentionLimits, keptMonths }) => (
        <>
          <Limits limits={retentionLimits ?? []} />
          <KeptMonths months={keptMonths ?? []} />
        </>
      )}
    </Shown>
  );
}

function Limits({ limits }: { limits: readonly Limit[] }) {
  const texts = usePrivacyTexts();
  const mayChange = useViewer().may('Mutation.setRetention');
  const [changed, setChanged] = useState<Limit | 'new' | null>(null);
  return (
    <section className="card stack">
      <div className="page-head">
        <h2>{texts.limits}</h2>
        {mayChange ? (
          <Button kind="primary" onPress={() => setChanged('new')}>
            {texts.setLimit}
          </Button>
        ) : null}
      </div>
      {limits.length === 0 ? (
        <p>{texts.noLimits}</p>
      ) : (
        <Table
          label={texts.limits}
          rows={limits}
          keyOf={({ webhook }) => webhook?.id ?? 'all'}
          columns={[
            { header: texts.webhook, cell: ({ webhook }) => <bdi>{webhook?.name ?? texts.limitOfAll}</bdi> },
            { header: texts.contentDays, cell: ({ contentDays }) => (contentDays ? texts.days(contentDays) : null) },
            { header: texts.rowMonths, cell: ({ rowMonths }) => (rowMonths ? texts.months(rowMonths) : null) },
            {
              header: texts.minimumDays,
              cell: ({ minimumDays, minimumReason }) =>
                minimumDays ? (
                  <>
                    {texts.days(minimumDays)} <bdi className="faint">{minimumReason}</bdi>
                  </>
                ) : null,
            },
            { header: texts.reason, cell: ({ reason }) => <bdi>{reason}</bdi> },
            { header: texts.by, cell: ({ changedBy }) => <bdi>{changedBy?.fullName ?? changedBy?.name}</bdi> },
            { header: texts.since, cell: ({ changedAt }) => <Time at={changedAt} /> },
            {
              header: '',
              cell: (limit) =>
                mayChange ? (
                  <Button asks onPress={() => setChanged(limit)}>
                    {texts.change}
                  </Button>
                ) : null,
            },
          ]}
        />
      )}
      {changed === null ? null : (
        <RetentionForm limit={changed === 'new' ? null : changed} onClose={() => setChanged(null)} />
      )}
    </section>
  );
}

function KeptMonths({ months }: { months: NonNullable<RetentionQuery['keptMonths']> }) {
  const texts = usePrivacyTexts();
  return (
    <section className="card stack">
      <h2>{texts.keptMonths}</h2>
      {months.length === 0 ? (
        <StateMark tone="good">{texts.noKeptMonths}</StateMark>
      ) : (
        <Table
          label={texts.keptMonths}
          rows={months}
          keyOf={({ month, part }) => `${month} ${part}`}
          columns={[
            { header: texts.month, cell: ({ month }) => <Ltr className="mono">{month}</Ltr> },
            { header: texts.what, cell: ({ part }) => texts.monthParts[part] },
            {
              header: texts.why,
              cell: ({ reason, error }) => (
                <>
                  {texts.monthReasons[reason]} {error ? <Ltr className="faint">{error}</Ltr> : null}
                </>
              ),
            },
            { header: texts.since, cell: ({ since }) => <Time at={since} /> },
          ]}
        />
      )}
    </section>
  );
}
