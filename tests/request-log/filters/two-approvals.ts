/** The rows of approvals: of a replay that was approved, and of an erasure that waits. */
export function twoApprovals(
  ids: Record<'Approval' | 'User' | 'Erasure', readonly [string, string]>,
  links: { delivery: string; replay: string },
  [late, early]: readonly [Date, Date],
): Record<string, unknown>[] {
  const [[id, waiting], [user, other], [, erasure]] = [ids.Approval, ids.User, ids.Erasure];
  return [
    {
      id,
      kind: 'REPLAY',
      status: 'APPROVED',
      delivery_id: links.delivery,
      reason: 'they lost it',
      requested_by: user,
      created_at: late,
      expires_at: late,
      decided_by: other,
      decided_at: late,
      decision_reason: 'it was seen',
      replay_id: links.replay,
    },
    {
      id: waiting,
      kind: 'ERASURE',
      status: 'WAITING',
      erasure_id: erasure,
      reason: 'by mistake',
      requested_by: other,
      created_at: early,
    },
  ];
}
