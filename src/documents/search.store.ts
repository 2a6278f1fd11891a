// Finds documents, webhooks and users for the search.
import { folded, REFERENCE, referenceWord } from '../request-log/search/index-terms';
import { prefix } from '../request-log/search/search-query';
import { foundInIndex } from '../request-log/search/word-conditions.store';
import { type Db, rowsOf, statement } from '../sql/db';
import { LOOKED_AT } from '../sql/listing';
import { page } from '../sql/walks/keyset';
import { FROM_NEWEST, resolveCondition } from '../sql/walks/resolve-condition';
import { USERS, type UserRow } from '../users/user.store';
import { SCHEME_AND_HOST } from '../webhooks/credentials/shown-url';
import { WEBHOOKS, type WebhookRow } from '../webhooks/webhook.store';
import type { DocumentName } from './document.store';

// the same digits, and sigma, as in folded()
const GIVEN = '٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹ς';
const FOLDED = '01234567890123456789σ';

function foldedSql(text: string): string {
  return `translate(lower(${text}), '${GIVEN}', '${FOLDED}')`;
}

/**
 * Webhooks whose name or URL contains all of these folded words; archived ones last.
 * @param wholeUrls also search the path and query of URLs, which may contain secrets
 */
export async function webhooksWith(
  db: Db,
  words: readonly string[],
  limit: number,
  wholeUrls: boolean,
): Promise<WebhookRow[]> {
  const text = `concat(name, ' ', case when $3 then url else substring(url from '${SCHEME_AND_HOST}') end)`;
  return rowsOf<WebhookRow>(
    db,
    statement(`select ${WEBHOOKS.columns} from webhooks where ${foldedSql(text)} like all ($1::text[])
      order by status = 'ARCHIVED', id desc limit $2`),
    [words.map((word) => `%${word}%`), limit, wholeUrls],
  );
}

/** Users whose name or full name contains all of these folded words. */
export async function usersWith(db: Db, words: readonly string[], limit: number): Promise<UserRow[]> {
  return rowsOf<UserRow>(
    db,
    statement(`select ${USERS.columns} from users where ${foldedSql(`concat(name, ' ', full_name)`)} like all ($1::text[])
      order by not active, id desc limit $2`),
    [words.map((word) => `%${word}%`), limit],
  );
}

/** The number of requests and events that are searched for documents. */
const MAX_SEARCHED = 100;
const REFERENCES = {
  table: 'webhook_request_logs',
  columns: 'id, document_type as "documentType", reference_document as name',
};
const NEWEST = {
  order: { column: null, descending: true },
  size: MAX_SEARCHED,
  backward: false,
  cursor: null,
  lookedAt: LOOKED_AT,
};

/** Documents whose name begins with the text, by their newest requests; and documents with events of exactly this name. */
export async function documentsNamed(db: Db, text: string, limit: number): Promise<DocumentName[]> {
  const condition = foundInIndex({ terms: [prefix(REFERENCE + referenceWord(text))] });
  const resolved = await resolveCondition(db, condition, FROM_NEWEST);
  const { rows } = await page<DocumentName & { id: string }>(db, REFERENCES, resolved, NEWEST);
  const found = new Map<string, DocumentName>();
  for (const { documentType, name } of [...(await eventsNamed(db, spellings(text))), ...rows]) {
    if (documentType !== null) found.set(JSON.stringify([documentType, name]), { documentType, name });
  }
  return [...found.values()].slice(0, limit);
}

function spellings(text: string): string[] {
  const given = text.toWellFormed().replaceAll('\0', '').trim();
  return [...new Set([given, given.toUpperCase(), given.toLowerCase(), folded(given), folded(given).toUpperCase()])];
}

function eventsNamed(db: Db, names: readonly string[]): Promise<DocumentName[]> {
  return rowsOf<DocumentName>(
    db,
    statement(`select distinct e.document_type as "documentType", e.reference_document as name
      from unnest($1::text[]) as wanted (name) cross join lateral (
        select document_type, reference_document from business_events where reference_document = wanted.name
        order by id desc limit ${MAX_SEARCHED}
      ) as e`),
    [names],
  );
}
