import { deliverySqlFields } from '../../delivery/api/delivery.sql-fields';
import { businessEventSqlFields } from '../../events/business-event.sql-fields';
import { sqlFieldsByType } from '../../read-plan/sql-fields';
import { replaySqlFields } from '../../replay/replay.sql-fields';
import { requestLogSqlFields } from '../../request-log/api/request-log.sql-fields';
import { userSqlFields } from '../../users/user.sql-fields';
import { webhookSqlFields } from '../../webhooks/api/webhook.sql-fields';

/** All fields that can be read in one statement. */
export const SQL_FIELDS = sqlFieldsByType([
  ...userSqlFields,
  ...webhookSqlFields,
  ...businessEventSqlFields,
  ...requestLogSqlFields,
  ...deliverySqlFields,
  ...replaySqlFields,
]);
