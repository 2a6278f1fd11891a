/** The rows of replay_requests: the first was approved, the second waits. */
export function twoReplayRequests(
  [id, waiting]: readonly [string, string],
  [user, other]: readonly [string, string],
  [delivery, skipped]: readonly [string, string],
  replay: string,
  [late, early]: readonly [Date, Date],
): Record<string, unknown>[] {
  return [
    {
      id,
      status: 'APPROVED',
      delivery_id: delivery,
      reason: 'they lost it',
      requested_by: user,
      created_at: late,
      expires_at: late,
      decided_by: user,
      decided_at: late,
      decision_reason: 'it was seen',
      replay_id: replay,
    },
    {
      id: waiting,
      status: 'WAITING',
      delivery_id: skipped,
      reason: 'by mistake',
      requested_by: other,
      created_at: early,
      expires_at: early,
    },
  ];
}
