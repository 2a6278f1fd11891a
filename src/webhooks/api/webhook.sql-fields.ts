import { rawJson, type SqlFields } from '../../read-plan/sql-fields';
import { withoutSecrets } from '../credentials/shown-url';

export const webhookSqlFields: readonly SqlFields[] = [
  {
    type: 'Webhook',
    fields: {
      url: {
        ...rawJson(
          (row) => row.column('url'),
          (url) => url && withoutSecrets(url as string),
        ),
        whenNothingMasked: 'PLAIN',
      },
    },
  },
];
