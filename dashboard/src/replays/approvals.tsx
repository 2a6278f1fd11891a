import { useState } from 'react';
import { Link } from 'wouter';
import {
  type ApprovalPartsFragment,
  ApprovalsDocument,
  type ApprovalsPageFragment,
  type ApprovalWhere,
  ApproveDocument,
  DeclineDocument,
} from '../api/generated/documents';
import { type Pages, useApiPages } from '../api/use-api';
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

type Row = ApprovalsPageFragment['nodes'][number];

interface Read extends Omit<Pages<Row>, 'rows' | 'hasMore' | 'searchedTo' | 'isLoadingMore' | 'more'> {
  page: ApprovalsPageFragment | null | undefined;
}

interface Decision {
  act: 'approve' | 'decline';
  approval: Row;
}

/** What waits for a second person. @param read the first page, and how it was read with the replays */
export function WaitingApprovals({ read: { page, ...read } }: { read: Read }) {
  const texts = useReplayTexts();
  const [isFurther, setFurther] = useState(false);
  const further = useApprovals(WAITING, isFurther);
  const first: Pages<Row> = {
    ...read,
    rows: page?.nodes ?? [],
    hasMore: page?.pageInfo.hasNextPage ?? false,
    searchedTo: page?.pageInfo.searchedTo ?? null,
    isLoadingMore: false,
    more: () => setFurther(true),
  };
  return (
    <Approvals
      label={texts.waiting}
      empty={texts.noneWaiting}
      pages={further.rows.length > first.rows.length ? further : first}
    />
  );
}

export function DecidedApprovals() {
  const texts = useReplayTexts();
  return <Approvals label={texts.decided} empty={texts.noneDecided} pages={useApprovals(DECIDED)} />;
}

function useApprovals(where: ApprovalWhere, enabled = true) {
  const privacy = useViewer().may('Query.erasure');
  return useApiPages(ApprovalsDocument, { where, privacy }, ({ approvals }) => approvals, {
    refreshMs: REFRESH_MS,
    enabled,
  });
}

interface Props {
  label: string;
  empty: string;
  pages: Pages<Row>;
}

/** Nobody decides on what they asked for: the server refuses it. */
function Approvals({ label, empty, pages }: Props) {
  const texts = useReplayTexts();
  const times = useTimes();
  const viewer = useViewer();
  const [decision, setDecision] = useState<Decision | null>(null);
  const close = () => setDecision(null);
  return (
    <>
      <PagedTable
        label={label}
        pages={pages}
        skeleton={1}
        keyOf={({ id }) => id}
        empty={<p className="faint">{empty}</p>}
        columns={[
          { header: texts.asked, cell: ({ createdAt }) => <Time at={createdAt} /> },
          {
            header: texts.what,
            cell: ({ kind, delivery, erasure, legalHold }) => (
              <>
                {texts.kinds[kind]}{' '}
                {delivery ? (
                  <Link href={paths.delivery(delivery.id)}>
                    <bdi>{delivery.referenceDocument}</bdi> <bdi>{delivery.webhook?.name}</bdi>
                  </Link>
                ) : null}
                {erasure ? (
                  <Link href={paths.privacy({ tab: 'erased' })}>
                    {texts.erasure(erasure.rowCount, erasure.otherCount)}
                  </Link>
                ) : null}
                {legalHold ? (
                  <Link href={paths.privacy({ tab: 'held' })}>
                    <bdi>{legalHold.name}</bdi>
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
                  <Button asks onPress={() => setDecision({ act: 'decline', approval })}>
                    {texts.decline}
                  </Button>
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
