import { deliveryReadings } from '../delivery/delivery.reading';
import { businessEventReadings } from '../events/business-event.reading';
import { readingsByType } from '../graphql/plan/reading';
import { replayReadings } from '../replay/replay.reading';
import { requestLogReadings } from '../request-log/request-log.reading';
import { userReadings } from '../users/user.reading';
import { webhookReadings } from '../webhooks/webhook.reading';

/** All that can be read in one statement. */
export const READINGS = readingsByType([
  ...userReadings,
  ...webhookReadings,
  ...businessEventReadings,
  ...requestLogReadings,
  ...deliveryReadings,
  ...replayReadings,
]);
