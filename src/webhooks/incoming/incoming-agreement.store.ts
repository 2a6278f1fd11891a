import { changedBy, type Db, rowsOf, statement } from '../../sql/db';
import type { ProviderName } from '../../verification/provider-name';
import { type CallOutcome, IncomingAgreementEntity } from './incoming-agreement.entity';

export interface AgreementRow {
  webhookId: string;
  provider: ProviderName;
  /** JSON: the given fields of VerificationSettings. */
  settings: string;
  toleranceSeconds: number;
  /** JSON [from, name]; null: the location that the provider uses. */
  eventLocation: string | null;
  idLocation: string | null;
  referenceLocation: string | null;
  becomes: CallOutcome;
  forwardTo: string[];
  answerStatus: number;
  answerBody: string | null;
  answerType: string | null;
  /** The user that stands for the partner. */
  userId: string;
  version: number;
}

const COLUMNS = `webhook_id as "webhookId", provider, settings, tolerance_seconds as "toleranceSeconds",
  event_location as "eventLocation", id_location as "idLocation", reference_location as "referenceLocation", becomes,
  forward_to as "forwardTo", answer_status as "answerStatus", answer_body as "answerBody", answer_type as "answerType",
  user_id as "userId", version`;

export async function insertAgreement(db: Db, agreement: AgreementRow): Promise<void> {
  await db.insert(IncomingAgreementEntity, agreement);
}

export async function agreementsById(db: Db, webhookIds: readonly string[]): Promise<Map<string, AgreementRow>> {
  const rows = await rowsOf<AgreementRow>(
    db,
    statement(`select ${COLUMNS} from incoming_agreements where webhook_id = any($1::uuid[])`),
    [webhookIds],
  );
  return new Map(rows.map((row) => [row.webhookId, row]));
}

/** The settings of an INCOMING webhook, which always exist. */
export async function getAgreement(db: Db, webhookId: string): Promise<AgreementRow> {
  const agreement = (await agreementsById(db, [webhookId])).get(webhookId);
  if (!agreement) throw new Error(`the INCOMING webhook ${webhookId} has no agreement`);
  return agreement;
}

/** The caller must have locked the webhook. */
export async function changeAgreement(db: Db, webhookId: string, changes: Partial<AgreementRow>): Promise<void> {
  await db.update(IncomingAgreementEntity, { webhookId }, changes);
}

/**
 * Invalidates the cached settings of these webhooks in all processes when the transaction commits. Does nothing for an
 * OUTGOING webhook.
 */
export async function renewAgreements(db: Db, webhookIds: readonly string[]): Promise<void> {
  const sql = statement('update incoming_agreements set version = version + 1 where webhook_id = any($1::uuid[])');
  await changedBy(db, sql, [webhookIds]);
}
