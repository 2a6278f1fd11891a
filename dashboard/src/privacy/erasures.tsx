import { useState } from 'react';
import { Link } from 'wouter';
import { ErasureRecipientsDocument, ErasuresDocument, type ErasuresQuery } from '../api/generated/documents';
import { useApi, useApiPages } from '../api/use-api';
import { useViewer } from '../api/viewer';
import { useTimes } from '../i18n/time-zone';
import { paths } from '../paths';
import { Empty, Shown } from '../ui/answer';
import { Button } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { CheckField } from '../ui/field';
import { Ltr } from '../ui/ltr';
import { PagedTable } from '../ui/paged-table';
import { StateMark, type Tone } from '../ui/state-mark';
import { Time } from '../ui/time';
import { EraseForm } from './erase-form';
import { Recipients } from './recipients';
import { usePrivacyTexts } from './texts';

type Erasure = NonNullable<ErasuresQuery['erasures']>['nodes'][number];

const REFRESH_MS = 10_000;
const TONES: Record<Erasure['status'], Tone> = {
  REQUESTED: 'moving',
  ORDERED: 'moving',
  DEFERRED: 'refused',
  DONE: 'good',
  DECLINED: 'neutral',
};
/** A limit has one every ten minutes. */
const BY_PERSONS = { not: { kind: { eq: 'RETENTION' } } } as const;

export function Erasures() {
  const texts = usePrivacyTexts();
  const viewer = useViewer();
  const [byLimits, setByLimits] = useState(false);
  const [isErasing, setErasing] = useState(false);
  const [informed, setInformed] = useState<string | null>(null);
  const pages = useApiPages(ErasuresDocument, { where: byLimits ? {} : BY_PERSONS }, ({ erasures }) => erasures, {
    refreshMs: REFRESH_MS,
  });
  return (
    <section className="card stack">
      <div className="page-head">
        <h2>{texts.erasures}</h2>
        {viewer.may('Mutation.eraseDocument') ? (
          <Button kind="danger" onPress={() => setErasing(true)}>
            {texts.newErasure}
          </Button>
        ) : null}
      </div>
      <p>{texts.erasuresText}</p>
      <CheckField label={texts.byLimits} checked={byLimits} onChange={setByLimits} />
      <PagedTable
        label={texts.erasures}
        pages={pages}
        keyOf={({ id }) => id}
        empty={<Empty title={texts.noErasures} />}
        columns={[
          { header: texts.ordered, cell: ({ createdAt }) => <Time at={createdAt} /> },
          { header: texts.kind, cell: ({ kind }) => texts.kinds[kind] },
          { header: texts.by, cell: ({ orderedBy }) => <bdi>{orderedBy?.fullName ?? orderedBy?.name}</bdi> },
          { header: texts.reason, cell: ({ reason }) => <bdi>{reason}</bdi> },
          { header: texts.rows, cell: ({ erasedCount, rowCount }) => texts.progress(erasedCount, rowCount) },
          { header: texts.state, cell: (erasure) => <State erasure={erasure} /> },
          {
            header: '',
            cell: ({ id, kind }) =>
              kind === 'RETENTION' ? null : (
                <Button kind="plain" onPress={() => setInformed(id)}>
                  {texts.recipients}
                </Button>
              ),
          },
        ]}
      />
      {isErasing ? <EraseForm onClose={() => setErasing(false)} /> : null}
      <Dialog title={texts.recipients} isOpen={informed !== null} onClose={() => setInformed(null)} wide>
        {informed ? <RecipientsOf id={informed} /> : null}
      </Dialog>
    </section>
  );
}

function State({ erasure: { status, deferredReason, approval } }: { erasure: Erasure }) {
  const texts = usePrivacyTexts();
  const times = useTimes();
  const takesEffectAt = approval?.takesEffectAt;
  return (
    <>
      <StateMark tone={TONES[status]}>{texts.statuses[status]}</StateMark>
      {deferredReason ? (
        <div>
          <Ltr className="faint">{deferredReason}</Ltr>
        </div>
      ) : null}
      {status === 'REQUESTED' ? (
        <div>
          <Link href={paths.replays()}>
            {takesEffectAt ? texts.waitsUntil(times.full(takesEffectAt)) : texts.waits}
          </Link>
        </div>
      ) : null}
    </>
  );
}

function RecipientsOf({ id }: { id: string }) {
  const query = useApi(ErasureRecipientsDocument, { id });
  return <Shown of={query}>{({ erasure }) => <Recipients of={erasure?.recipients ?? []} />}</Shown>;
}
