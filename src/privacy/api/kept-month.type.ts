import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ObjectType } from 'type-graphql';
import { publishEnum } from '../../graphql/enum';
import { HasRole } from '../../graphql/roles/has-role';
import { KEPT_BECAUSE, type KeptBecause, MONTH_PARTS, type MonthPart } from '../dropping/kept-month.entity';

export const MonthPartEnum = publishEnum('MonthPart', MONTH_PARTS, 'What of a month is dropped at once.', {
  ROWS: { description: 'Requests, deliveries, events, decisions, and the search index.' },
  PAYLOADS: { description: 'Bodies.' },
});

export const KeptMonthReasonEnum = publishEnum(
  'KeptMonthReason',
  KEPT_BECAUSE,
  'Why a month past the limit is still there.',
  {
    LIMIT: { description: 'The limit was changed meanwhile.' },
    UNRECORDED: {
      description:
        'A limit or minimum differs from its newest entry `retention.changed` in a signed head: it was changed past the ' +
        'audit trail. Set it again with `setRetention`.',
    },
    PENDING: { description: 'Something of it is still to be decided, sent, replayed or erased.' },
    HOLD: { description: 'A legal hold covers a row of it.' },
    MINIMUM: { description: 'A minimum keeps a row of it.' },
    UNSEALED: { description: 'A row of it is open, or not in the tree.' },
    INCOMPLETE: { description: 'A row or a table of it is gone without an order. `verifyEvidence` names it.' },
    ROWS: { description: 'Bodies: the rows of the month are still there.' },
    NEEDED: { description: 'Bodies: rows of other months need one of them.' },
    ORDERED: { description: 'The order to drop it is not sealed yet.' },
    TAKEN_BACK: { description: 'The order to drop it was taken back: a hold, limit or minimum has changed since.' },
    IN_USE: { description: 'Another session has held a lock on its tables, or another process drops a month.' },
    FAILED: { description: 'The database has refused to drop it, as `error` says.' },
  },
);

@HasRole('SYSTEM_MANAGER', 'AUDITOR')
@ObjectType('KeptMonth', {
  simpleResolvers: true,
  description: 'A month that has passed the limit of rows, and is still there.',
})
export class KeptMonthType {
  @Field(() => String, { description: 'The year and month (UTC), such as 2026-03.' })
  month: string;

  @Field(() => MonthPartEnum, { description: 'What of it is still there.' })
  part: MonthPart;

  @Field(() => KeptMonthReasonEnum, { description: 'Why, as it was last found.' })
  reason: KeptBecause;

  @Field(() => String, { nullable: true, description: 'FAILED: the error of the database; null: another reason.' })
  error: string | null;

  @Field(() => GraphQLDateTime, { description: 'Since when it stays for this reason.' })
  since: Date;
}
