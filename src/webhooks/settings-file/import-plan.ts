// Which webhook each entry of a file is about.
import { createHash } from 'node:crypto';
import { InputError, type UserError } from '../../errors/errors';
import type { Db } from '../../sql/db';
import { toNodeId } from '../../values/ids';
import type { SettingChange } from '../versions/recorded-settings';
import { type NamedWebhook, namedWebhooks, type WebhookRow, webhooksById, webhooksForUpdate } from '../webhook.store';
import type { FileWebhook } from './settings-document';

export const IMPORT_ACTIONS = ['CREATED', 'UPDATED', 'UNCHANGED', 'ARCHIVED'] as const;
export type ImportAction = (typeof IMPORT_ACTIONS)[number];

/** What an import does, or would do, with a webhook. */
export interface ImportedWebhook {
  name: string;
  action: ImportAction;
  /** Before the import; null: it is created. */
  before: WebhookRow | null;
  /** After the import; null: it was only planned. */
  webhook: WebhookRow | null;
  changes: SettingChange[];
  unusedSecrets: string[];
  secretMissing: boolean;
  secret: string | null;
  publicKey: string | null;
  frappeSecret: string | null;
  token: string | null;
  address: string | null;
}

/** The entries, and the rows that they change. */
export interface Matches {
  /** By the index of the entry; absent: it is new. */
  rows: Map<number, WebhookRow>;
  /** Webhooks that no entry is about. */
  absent: WebhookRow[];
  faults: UserError[];
  /** The names that webhooks have after the import: name to ids. */
  ids: Map<string, string[]>;
}

/** @param lock whether the webhooks are to be changed: they are locked then */
export async function matchWebhooks(
  db: Db,
  entries: readonly FileWebhook[],
  { archiveAbsent, lock }: { archiveAbsent: boolean; lock: boolean },
): Promise<Matches> {
  const all = await namedWebhooks(db);
  const byName = Map.groupBy(all, ({ name }) => name);
  const found = new Map<number, string>();
  const faults: UserError[] = [];
  for (const entry of entries) {
    const match = findMatch(entry, byName, faults);
    if (match) found.set(entry.index, match.id);
  }
  refuseTwice(entries, found, faults);
  const taken = new Set(found.values());
  const others = all.filter(({ id }) => !taken.has(id));
  const toLock = [...taken, ...(archiveAbsent ? others.map(({ id }) => id) : [])];
  const known = lock ? await webhooksForUpdate(db, toLock) : await webhooksById(db, toLock);
  refuseMoved(all, known);
  const rows = [...found].map(([index, id]) => [index, known.get(id) as WebhookRow] as const);
  const kept = archiveAbsent ? [] : others;
  const names = [
    ...kept,
    ...entries.flatMap(({ index, name }) => (found.has(index) ? [{ name, id: found.get(index) as string }] : [])),
  ];
  const ids = new Map(
    [...Map.groupBy(names, ({ name }) => name)].map(([name, same]) => [name, same.map(({ id }) => id)]),
  );
  const absent = archiveAbsent ? others.map(({ id }) => known.get(id) as WebhookRow) : [];
  return { rows: new Map(rows), absent, faults, ids };
}

function findMatch(
  { index, name, previousName }: FileWebhook,
  byName: ReadonlyMap<string, NamedWebhook[]>,
  faults: UserError[],
): NamedWebhook | null {
  const fault = (field: string, message: string) => {
    faults.push({ field: ['document', 'webhooks', String(index), field], code: 'CONFLICT', message });
    return null;
  };
  const ambiguous = (field: string, given: string, same: readonly NamedWebhook[]) => {
    const ids = same.slice(0, 5).map(({ id }) => toNodeId('Webhook', id));
    const message =
      `${same.length} webhooks have the name ${JSON.stringify(given)} (${ids.join(', ')}), so that it is not clear which ` +
      'one is meant: give each a name of its own with updateWebhook.';
    return fault(field, message);
  };
  const same = byName.get(name) ?? [];
  if (same.length > 1) return ambiguous('name', name, same);
  const earlier = previousName === null ? [] : (byName.get(previousName) ?? []);
  if (earlier.length > 1) return ambiguous('previousName', previousName as string, earlier);
  return same[0] ?? earlier[0] ?? null;
}

// Two entries with one row: both would be written, and only the last would hold.
function refuseTwice(entries: readonly FileWebhook[], found: ReadonlyMap<number, string>, faults: UserError[]): void {
  const first = new Map<string, FileWebhook>();
  for (const entry of entries) {
    const id = found.get(entry.index);
    if (id === undefined) continue;
    const other = first.get(id);
    first.set(id, other ?? entry);
    if (!other) continue;
    const message =
      `webhooks.${other.index} (${other.name}) and webhooks.${entry.index} (${entry.name}) are the same webhook, by name ` +
      'and by previousName: remove one of them.';
    faults.push({ field: ['document', 'webhooks', String(entry.index), 'previousName'], code: 'CONFLICT', message });
  }
}

// what is read before the lock may be another's by then
function refuseMoved(all: readonly NamedWebhook[], known: ReadonlyMap<string, WebhookRow>): void {
  const moved = all.find(({ id, name }) => {
    const row = known.get(id);
    return row !== undefined && (row.name !== name || row.status === 'ARCHIVED');
  });
  if (!moved) return;
  const message = `${moved.name} was renamed or archived at this moment: repeat the import.`;
  throw new InputError([{ field: ['document'], code: 'CONFLICT', message }]);
}

/**
 * The same for the same changes of the same versions of webhooks. The changes have the ids behind the names of targets and owners:
 * a name may be another's when the plan is carried out. What each run makes new has no place in it.
 */
export function planToken(text: string, archiveAbsent: boolean, imported: readonly ImportedWebhook[]): string {
  const created = new Map(
    imported.flatMap(({ name, action, webhook }) =>
      action === 'CREATED' && webhook ? [[toNodeId('Webhook', webhook.id), name] as const] : [],
    ),
  );
  const withoutNew = (key: string, value: unknown) => {
    if (key === 'fingerprint') return undefined;
    const name = typeof value === 'string' ? created.get(value) : undefined;
    return name === undefined ? value : { created: name };
  };
  const parts = imported.map(({ name, action, before, changes }) => [
    name,
    action,
    before?.id ?? null,
    before?.version ?? null,
    changes,
  ]);
  const document = createHash('sha256').update(text).digest('hex');
  return createHash('sha256')
    .update(JSON.stringify([document, archiveAbsent, parts], withoutNew))
    .digest('hex');
}
