import { useState } from 'react';
import { Link } from 'wouter';
import {
  type ApprovalPartsFragment,
  ApprovalsDocument,
  type ApprovalWhere,
  ApproveDocument,
  DeclineDocument,
} from '../api/generated/documents';
import { useApiPages } from '../api/use-api';
import { useViewer } from '../api/viewer';
import { useTimes } from '../i18n/time-zone';
import { paths } from '../paths';
import { ActDialog } from '../ui/act-dialog';
import { Button } from '../ui/button';
import { PagedTable } from '../ui/paged-table';
import { StateMark, type Tone } from '../ui/state-mark';
import { Time } from '../ui/time';
import { useReplayTexts } from './texts';

const TONES: Record<ApprovalPartsFragment['status'], Tone> = {
  WAITING: 'moving',
  APPROVED: 'good',
  DECLINED: 'neutral',
  EXPIRED: 'neutral',
};
const REFRESH_MS = 10_000;
const WAITING: ApprovalWhere = { status: { eq: 'WAITING' } };
const DECIDED: ApprovalWhere = { status: { in: ['APPROVED', 'DECLINED', 'EXPIRED'] } };

interface Decision {
  act: 'approve' | 'decline';
  approval: ApprovalPartsFragment;
}

/** What waits for a second person, and what was decided. Nobody decides on what they asked for: the server refuses it. */
export function Approvals({ waiting }: { waiting: boolean }) {
  const texts = useReplayTexts();
  const times = useTimes();
  const viewer = useViewer();
  const [decision, setDecision] = useState<Decision | null>(null);
  const pages = useApiPages(ApprovalsDocument, { where: waiting ? WAITING : DECIDED }, ({ approvals }) => approvals, {
    refreshMs: REFRESH_MS,
  });
  const close = () => setDecision(null);
  return (
    <>
      <PagedTable
        label={waiting ? texts.waiting : texts.decided}
        pages={pages}
        keyOf={({ id }) => id}
        empty={waiting ? <p className="faint">{texts.noneWaiting}</p> : null}
        columns={[
          { header: texts.asked, cell: ({ createdAt }) => <Time at={createdAt} /> },
          {
            header: texts.what,
            cell: ({ kind, delivery }) => (
              <>
                {texts.kinds[kind]}{' '}
                {delivery ? (
                  <Link href={paths.delivery(delivery.id)}>
                    <bdi>{delivery.referenceDocument}</bdi> <bdi>{delivery.webhook?.name}</bdi>
                  </Link>
                ) : null}
              </>
            ),
          },
          {
            header: texts.asks,
            cell: ({ requestedBy }) => <bdi>{requestedBy?.fullName ?? requestedBy?.name}</bdi>,
          },
          { header: texts.reason, cell: ({ reason }) => <bdi>{reason}</bdi> },
          {
            header: texts.state,
            cell: ({ status, decidedBy, decisionReason, expiresAt, takesEffectAt }) => (
              <>
                <StateMark tone={TONES[status]}>{texts.statuses[status]}</StateMark>
                {decisionReason ? (
                  <div>
                    <bdi>{texts.by(decidedBy?.fullName ?? decidedBy?.name ?? '', decisionReason)}</bdi>
                  </div>
                ) : null}
                {status === 'WAITING' && takesEffectAt ? (
                  <div>{texts.takesEffect(times.full(takesEffectAt))}</div>
                ) : null}
                {status === 'WAITING' && expiresAt ? <div>{texts.expires(times.full(expiresAt))}</div> : null}
              </>
            ),
          },
          {
            header: '',
            cell: (approval) =>
              approval.status === 'WAITING' && viewer.may('Mutation.approve') && mayDecide(approval, viewer.roles) ? (
                <span className="row">
                  {approval.requestedBy?.id === viewer.user?.id ? null : (
                    <Button kind="primary" onPress={() => setDecision({ act: 'approve', approval })}>
                      {texts.approve}
                    </Button>
                  )}
                  <Button onPress={() => setDecision({ act: 'decline', approval })}>{texts.decline}</Button>
                </span>
              ) : null,
          },
        ]}
      />
      <ActDialog
        title={texts.approve}
        submit={texts.approve}
        isOpen={decision?.act === 'approve'}
        onClose={close}
        document={ApproveDocument}
        reason="required"
        variables={(reason) => ({ input: { id: decision?.approval.id ?? '', reason: reason ?? '' } })}
        userErrors={(data) => data.approve?.userErrors}
      >
        <p>{texts.approveText}</p>
      </ActDialog>
      <ActDialog
        title={texts.decline}
        submit={texts.decline}
        isOpen={decision?.act === 'decline'}
        onClose={close}
        document={DeclineDocument}
        reason="required"
        variables={(reason) => ({ input: { id: decision?.approval.id ?? '', reason: reason ?? '' } })}
        userErrors={(data) => data.decline?.userErrors}
      >
        <p>{texts.declineText}</p>
      </ActDialog>
    </>
  );
}

/** Erasures and holds are a SYSTEM_MANAGER's alone. */
function mayDecide({ kind }: ApprovalPartsFragment, roles: readonly string[]): boolean {
  return kind === 'REPLAY' || roles.includes('SYSTEM_MANAGER');
}
