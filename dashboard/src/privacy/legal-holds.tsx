import { useState } from 'react';
import { Link } from 'wouter';
import { LegalHoldsDocument, type LegalHoldsQuery, RequestLegalHoldReleaseDocument } from '../api/generated/documents';
import { useApiPages } from '../api/use-api';
import { useViewer } from '../api/viewer';
import { useTimes } from '../i18n/time-zone';
import { paths } from '../paths';
import { ActDialog } from '../ui/act-dialog';
import { Empty } from '../ui/answer';
import { Button } from '../ui/button';
import { CheckField } from '../ui/field';
import { PagedTable } from '../ui/paged-table';
import { StateMark } from '../ui/state-mark';
import { Time } from '../ui/time';
import { HoldForm } from './hold-form';
import { SecondPerson } from './second-person';
import { usePrivacyTexts } from './texts';

type Hold = NonNullable<LegalHoldsQuery['legalHolds']>['nodes'][number];

const IN_FORCE = { releasedAt: { isNull: true } };

export function LegalHolds() {
  const texts = usePrivacyTexts();
  const viewer = useViewer();
  const [withReleased, setReleased] = useState(false);
  const [isPlacing, setPlacing] = useState(false);
  const [released, setHold] = useState<Hold | null>(null);
  const pages = useApiPages(
    LegalHoldsDocument,
    { where: withReleased ? {} : IN_FORCE },
    ({ legalHolds }) => legalHolds,
  );
  const mayRelease = viewer.may('Mutation.requestLegalHoldRelease');
  return (
    <section className="card stack">
      <div className="page-head">
        <h2>{texts.holds}</h2>
        {viewer.may('Mutation.placeLegalHold') ? (
          <Button kind="primary" onPress={() => setPlacing(true)}>
            {texts.place}
          </Button>
        ) : null}
      </div>
      <p>{texts.holdsText}</p>
      <CheckField label={texts.released} checked={withReleased} onChange={setReleased} />
      <PagedTable
        label={texts.holds}
        pages={pages}
        keyOf={({ id }) => id}
        empty={<Empty title={texts.noHolds} />}
        columns={[
          { header: texts.holdName, cell: ({ name }) => <bdi>{name}</bdi> },
          { header: texts.covers, cell: (hold) => <Covered hold={hold} /> },
          { header: texts.reason, cell: ({ reason }) => <bdi>{reason}</bdi> },
          { header: texts.by, cell: ({ placedBy }) => <bdi>{placedBy?.fullName ?? placedBy?.name}</bdi> },
          { header: texts.since, cell: ({ createdAt }) => <Time at={createdAt} as="day" /> },
          { header: texts.state, cell: (hold) => <State hold={hold} /> },
          {
            header: '',
            cell: (hold) =>
              mayRelease && hold.releasedAt == null && !hold.approvals?.nodes.length ? (
                <Button asks onPress={() => setHold(hold)}>
                  {texts.release}
                </Button>
              ) : null,
          },
        ]}
      />
      {isPlacing ? <HoldForm onClose={() => setPlacing(false)} /> : null}
      <ActDialog
        title={texts.release}
        submit={texts.release}
        isOpen={released !== null}
        onClose={() => setHold(null)}
        document={RequestLegalHoldReleaseDocument}
        reason="required"
        variables={(reason) => ({ input: { id: released?.id ?? '', reason: reason ?? '' } })}
        userErrors={(data) => data.requestLegalHoldRelease?.userErrors}
      >
        <p>
          <bdi>{released?.name}</bdi>
        </p>
        <p>{texts.releaseText}</p>
        <SecondPerson />
      </ActDialog>
    </section>
  );
}

function Covered({ hold: { documentType, referenceDocument, webhook, user, from, to } }: { hold: Hold }) {
  const texts = usePrivacyTexts();
  return (
    <>
      {documentType ? (
        <div>
          {referenceDocument ? (
            <Link href={paths.document(documentType, referenceDocument)}>
              <bdi>
                {documentType} {referenceDocument}
              </bdi>
            </Link>
          ) : (
            <bdi>{documentType}</bdi>
          )}
        </div>
      ) : null}
      {webhook ? (
        <div>
          <Link href={paths.webhook(webhook.id)}>
            <bdi>{webhook.name}</bdi>
          </Link>
        </div>
      ) : null}
      {user ? (
        <div>
          <bdi>{user.fullName ?? user.name}</bdi>
        </div>
      ) : null}
      {from ? (
        <div>
          {texts.from} <Time at={from} />
        </div>
      ) : null}
      {to ? (
        <div>
          {texts.until} <Time at={to} />
        </div>
      ) : null}
    </>
  );
}

function State({ hold: { releasedAt, approvals } }: { hold: Hold }) {
  const texts = usePrivacyTexts();
  const times = useTimes();
  if (releasedAt) return <StateMark tone="neutral">{texts.isReleased(times.full(releasedAt))}</StateMark>;
  const waiting = approvals?.nodes[0];
  return (
    <>
      <StateMark tone="refused">{texts.inForce}</StateMark>
      {waiting ? (
        <div>
          <Link href={paths.replays()}>{texts.releaseWaits}</Link>{' '}
          {waiting.takesEffectAt ? <Time at={waiting.takesEffectAt} as="ago" /> : null}
        </div>
      ) : null}
    </>
  );
}
