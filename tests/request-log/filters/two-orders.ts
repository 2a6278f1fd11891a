type Two = readonly [full: string, bare: string];

/** What the rows are about, and when they were made. */
interface About {
  users: Two;
  webhook: string;
  delivery: string;
  event: string;
  times: readonly [late: Date, early: Date];
}

/** Two rows of each table of orders, rules and dead letters, by its name: the second has no value where one may be missing. */
export function twoOrders(
  ids: Record<'Export' | 'MaskingRule' | 'DeadLetter' | 'LegalHold' | 'Erasure', Two>,
  { users: [user, other], webhook, delivery, event, times: [late, early] }: About,
): [table: string, rows: Record<string, unknown>[]][] {
  const file = { format: 'CSV', include_content: false, byte_order_mark: false, reads_content: true };
  const sent = { last_request_id: event, downloads: 0, rows_sent: 0, bytes_sent: 0 };
  const failed = { error: 'It failed.', failures: 1, failed_at: late, retry_at: new Date(late.getTime() + 3_600_000) };
  const named = { event_ids: [], request_ids: [], row_count: 1, reason: 'A request under Art. 17' };
  return [
    [
      'exports',
      [
        {
          ...file,
          ...sent,
          id: ids.Export[0],
          kind: 'PERSON',
          user_id: user,
          ordered_by: user,
          created_at: late,
          expires_at: late,
        },
        {
          ...file,
          ...sent,
          id: ids.Export[1],
          kind: 'REQUESTS',
          ordered_by: other,
          created_at: early,
          expires_at: early,
        },
      ],
    ],
    [
      'masking_rules',
      [
        {
          id: ids.MaskingRule[0],
          roles: ['SUPPORT'],
          document_type: 'Sales Invoice',
          webhook_id: webhook,
          part: 'RESPONSE',
          path: '$.secret',
          strategy: 'HIDE',
          created_by: user,
          created_at: late,
        },
        {
          id: ids.MaskingRule[1],
          roles: [],
          part: 'DATA',
          path: '$',
          strategy: 'SHOW',
          created_by: other,
          created_at: early,
        },
      ],
    ],
    [
      'dead_letters',
      [
        {
          ...failed,
          id: ids.DeadLetter[0],
          kind: 'DECISION',
          work_id: ids.DeadLetter[0],
          delivery_id: delivery,
          business_event_id: event,
          webhook_id: webhook,
          code: '22003',
          created_at: late,
        },
        {
          ...failed,
          id: ids.DeadLetter[1],
          kind: 'COUNT_DELIVERIES',
          work_id: ids.DeadLetter[1],
          change_id: 1,
          code: '55P03',
          created_at: early,
        },
      ],
    ],
    [
      'legal_holds',
      [
        {
          id: ids.LegalHold[0],
          name: 'Case 17',
          webhook_id: webhook,
          document_type: 'Sales Invoice',
          reference_document: 'INV-0042',
          user_id: user,
          reason: 'The court asked for it',
          placed_by: user,
          created_at: late,
          release_id: ids.LegalHold[0],
          released_at: late,
        },
        {
          id: ids.LegalHold[1],
          name: 'Audit',
          from_at: early,
          reason: 'The audit of the year',
          placed_by: other,
          created_at: early,
        },
      ],
    ],
    [
      'erasures',
      [
        {
          ...named,
          id: ids.Erasure[0],
          kind: 'PERSON',
          status: 'DONE',
          user_id: user,
          ordered_by: user,
          created_at: late,
          finished_at: late,
        },
        {
          ...named,
          id: ids.Erasure[1],
          kind: 'CONTENT',
          status: 'REQUESTED',
          ordered_by: other,
          approval_id: ids.Erasure[1],
          created_at: early,
        },
      ],
    ],
  ];
}
