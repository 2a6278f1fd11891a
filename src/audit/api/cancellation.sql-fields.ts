import type { SqlFields } from '../../read-plan/sql-fields';
import { jsonOf } from '../../sql/json-sql';
import { ofCancellation } from '../cancellation.store';

export const cancellationSqlFields: readonly SqlFields[] = [
  {
    type: 'Delivery',
    fields: {
      cancelReason: {
        kind: 'value',
        json: (row) =>
          jsonOf(
            ofCancellation('reason', (name) => row.column(name)),
            true,
          ),
      },
      cancelledBy: { kind: 'link', to: 'User', id: (row) => ofCancellation('actor_id', (name) => row.column(name)) },
    },
  },
];
