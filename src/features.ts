// The features of Hookledger. The API (server/schema), the read plan and the tables (database/data-source.ts) are made of
// what each hands over here.
import { approvals } from './approvals/approvals.feature';
import { audit } from './audit/audit.feature';
import { delivery } from './delivery/delivery.feature';
import { documents } from './documents/documents.feature';
import { events } from './events/events.feature';
import { evidence } from './evidence/evidence.feature';
import { incoming } from './incoming/incoming.feature';
import { mail } from './mail/mail.feature';
import { masking } from './masking/masking.feature';
import { privacy } from './privacy/privacy.feature';
import type { LinkedFields } from './read-plan/linked-fields';
import type { SqlFields } from './read-plan/sql-fields';
import { replay } from './replay/replay.feature';
import { requestLog } from './request-log/request-log.feature';
import { system } from './system/system.feature';
import { users } from './users/users.feature';
import { webhooks } from './webhooks/webhooks.feature';

type Class = new () => object;

interface Feature {
  /** Its tables. */
  entities: readonly Class[];
  /** The rest of its part of the API. */
  resolvers: readonly Class[];
  /** Its links, lists and single rows: both their resolvers and how they are read in one statement. */
  linkedFields: readonly LinkedFields[];
  /** How its other fields are read in one statement. */
  sqlFields: readonly SqlFields[];
}

export const FEATURES: readonly Feature[] = [
  audit,
  users,
  webhooks,
  events,
  mail,
  requestLog,
  delivery,
  incoming,
  replay,
  masking,
  evidence,
  documents,
  privacy,
  system,
  approvals,
];
