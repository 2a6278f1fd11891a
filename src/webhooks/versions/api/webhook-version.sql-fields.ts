import { rawJson, type SqlFields } from '../../../read-plan/sql-fields';
import { settingsFor } from './shown-settings';

export const webhookVersionSqlFields: readonly SqlFields[] = [
  {
    type: 'WebhookVersion',
    fields: {
      settings: rawJson(
        (row) => row.column('settings'),
        (settings, context) => settingsFor(context, settings as string),
      ),
    },
  },
];
