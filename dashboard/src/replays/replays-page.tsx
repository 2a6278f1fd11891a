import { useState } from 'react';
import { Link } from 'wouter';
import type { FieldFault } from '../api/api-error';
import {
  CancelReplayDocument,
  PauseReplayDocument,
  ReplaysDocument,
  type ReplaysQuery,
  ResumeReplayDocument,
} from '../api/generated/documents';
import { useAct, useApiPages } from '../api/use-api';
import { useViewer } from '../api/viewer';
import { paths } from '../paths';
import { Page } from '../shell/page';
import { ActDialog } from '../ui/act-dialog';
import { Empty, Failed } from '../ui/answer';
import { Button } from '../ui/button';
import { Later } from '../ui/later';
import { Ltr } from '../ui/ltr';
import { PagedTable } from '../ui/paged-table';
import { StateMark, type Tone } from '../ui/state-mark';
import { Time } from '../ui/time';
import { UserErrors } from '../ui/user-errors';
import { DecidedApprovals, WaitingApprovals } from './approvals';
import { ReplayForm } from './replay-form';
import { useReplayTexts } from './texts';

type Row = NonNullable<ReplaysQuery['replays']>['nodes'][number];

const REFRESH_MS = 5_000;
const TONES: Partial<Record<Row['status'], Tone>> = {
  RUNNING: 'moving',
  PENDING: 'moving',
  QUEUED: 'moving',
  FAILED: 'bad',
};

export default function ReplaysPage() {
  const texts = useReplayTexts();
  const viewer = useViewer();
  const [isOpen, setOpen] = useState(false);
  const read = useApiPages(ReplaysDocument, { privacy: viewer.may('Query.erasure') }, ({ replays }) => replays, {
    refreshMs: REFRESH_MS,
  });
  const isOfWaiting = ({ path }: FieldFault) => path?.[0] === 'waiting';
  const pages = { ...read, faults: read.faults.filter((fault) => !isOfWaiting(fault)) };
  const waiting = { ...read, page: read.first?.waiting, faults: read.faults.filter(isOfWaiting) };
  return (
    <Page
      title={texts.title}
      actions={
        viewer.may('Mutation.replayDeliveries') ? (
          <Button kind="primary" onPress={() => setOpen(true)}>
            {texts.create}
          </Button>
        ) : null
      }
    >
      {/* as high as with one row, so that the list below does not move when it arrives */}
      <section className="card stack" style={{ minBlockSize: 150 }}>
        <h2>{texts.waiting}</h2>
        <WaitingApprovals read={waiting} />
      </section>
      <section className="card stack">
        <h2>{texts.replays}</h2>
        <PagedTable
          label={texts.replays}
          pages={pages}
          skeleton={2}
          keyOf={({ id }) => id}
          empty={<Empty title={texts.none} />}
          columns={[
            { header: texts.ordered, cell: ({ createdAt }) => <Time at={createdAt} /> },
            { header: texts.asks, cell: ({ orderedBy }) => <bdi>{orderedBy?.fullName ?? orderedBy?.name}</bdi> },
            { header: texts.reason, cell: ({ reason }) => <bdi>{reason}</bdi> },
            {
              header: texts.deliveries,
              cell: ({ delivery, replayed, deliveryCount, skipped }) =>
                delivery ? (
                  <Link href={paths.delivery(delivery.id)}>
                    <bdi>{delivery.referenceDocument}</bdi>
                  </Link>
                ) : (
                  <>
                    {texts.progress(replayed, deliveryCount)} {skipped > 0 ? texts.skipped(skipped) : null}
                  </>
                ),
            },
            {
              header: texts.state,
              cell: ({ status, error }) => (
                <>
                  <StateMark tone={TONES[status] ?? 'neutral'}>{texts.replayStatus[status] ?? status}</StateMark>{' '}
                  {error ? <Ltr className="faint">{error}</Ltr> : null}
                </>
              ),
            },
            { header: '', cell: (replay) => <Acts replay={replay} /> },
          ]}
        />
      </section>
      <Later title={texts.decided}>
        <DecidedApprovals />
      </Later>
      {isOpen ? <ReplayForm onClose={() => setOpen(false)} /> : null}
    </Page>
  );
}

function Acts({ replay: { id, status } }: { replay: Row }) {
  const texts = useReplayTexts();
  const viewer = useViewer();
  const pausing = useAct(PauseReplayDocument);
  const resuming = useAct(ResumeReplayDocument);
  const [isCancelling, setCancelling] = useState(false);
  if (!viewer.may('Mutation.cancelReplay')) return null;
  const isOpen = status === 'PENDING' || status === 'RUNNING' || status === 'PAUSED';
  const error = pausing.error ?? resuming.error;
  const refused = pausing.data?.data.pauseReplay?.userErrors ?? resuming.data?.data.resumeReplay?.userErrors;
  return (
    <span className="row">
      {status === 'RUNNING' || status === 'PENDING' ? (
        <Button asks onPress={() => pausing.mutate({ input: { id } })}>
          {texts.pause}
        </Button>
      ) : null}
      {status === 'PAUSED' ? (
        <Button asks onPress={() => resuming.mutate({ input: { id } })}>
          {texts.resume}
        </Button>
      ) : null}
      {isOpen ? (
        <Button kind="danger" onPress={() => setCancelling(true)}>
          {texts.cancel}
        </Button>
      ) : null}
      {error ? <Failed error={error} /> : null}
      <UserErrors errors={refused} />
      <ActDialog
        title={texts.cancel}
        submit={texts.cancel}
        kind="danger"
        isOpen={isCancelling}
        onClose={() => setCancelling(false)}
        document={CancelReplayDocument}
        variables={() => ({ input: { id } })}
        userErrors={(data) => data.cancelReplay?.userErrors}
      >
        <p>{texts.cancelText}</p>
      </ActDialog>
    </span>
  );
}
