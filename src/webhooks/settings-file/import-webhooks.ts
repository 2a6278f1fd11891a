// Imports a file with the settings of webhooks: all or nothing. A dry run is the same work, rolled back.
import { createHash } from 'node:crypto';
import { InputError, type UserError } from '../../errors/errors';
import type { Db } from '../../sql/db';
import { idsByName } from '../../users/user.store';
import { refuseAuditReceivers } from '../changes/guarded-settings';
import { archiveWebhooks, type OpenDeliveries } from '../changes/webhook-lifecycle';
import { type SettingWarning, templateWarnings } from '../request/request-rules';
import { CREDENTIALS, type SettingChange } from '../versions/recorded-settings';
import { lockImports, type WebhookRow } from '../webhook.store';
import { lockCircuits } from '../webhook-circuit.store';
import type { GivenSecrets } from './file-credentials';
import { type EntryRules, importEntry, NOTHING_NEW } from './import-entry';
import { type ImportedWebhook, type Matches, matchWebhooks, planToken } from './import-plan';
import { type FileWebhook, readDocument } from './settings-document';

const MAX_FAULTS = 100;
const MAX_WARNINGS = 100;

export interface Importing {
  document: string;
  dryRun: boolean;
  archiveAbsent: boolean;
  /** The plan of a dry run that is carried out; null: any. */
  plan: string | null;
  secrets: readonly (GivenSecrets & { webhookName: string })[];
  reason: string | null;
}

export interface ImportResult {
  plan: string | null;
  webhooks: ImportedWebhook[];
  warnings: SettingWarning[];
  faults: UserError[];
}

export type ImportRules = Pick<EntryRules, 'viewer' | 'services' | 'read'>;

/** Thrown to roll back the transaction of a dry run. */
class OnlyPlanned extends Error {
  constructor(readonly result: ImportResult) {
    super('a dry run changes nothing');
  }
}

/** @throws InputError when it is no dry run and something is refused; Denied */
export async function importWebhooks(
  transaction: <T>(work: (db: Db) => Promise<T>) => Promise<T>,
  rules: ImportRules,
  order: Importing,
): Promise<ImportResult> {
  const { webhooks: entries, faults } = await readDocument(order.document);
  const secrets = secretsByName(entries, order.secrets, faults);
  try {
    return await transaction(async (db) => {
      const result = await importEntries(db, rules, order, entries, secrets);
      const all = [...faults, ...result.faults].slice(0, MAX_FAULTS);
      if (order.dryRun)
        throw new OnlyPlanned(asPlanned({ ...result, plan: all.length > 0 ? null : result.plan, faults: all }));
      if (all.length > 0) throw new InputError(all);
      if (order.plan !== null && order.plan !== result.plan) refusePlan();
      return result;
    });
  } catch (error) {
    if (error instanceof OnlyPlanned) return error.result;
    throw error;
  }
}

async function importEntries(
  db: Db,
  { viewer, services, read }: ImportRules,
  order: Importing,
  entries: readonly FileWebhook[],
  secrets: ReadonlyMap<string, GivenSecrets>,
): Promise<ImportResult> {
  await lockImports(db);
  const matches = await matchWebhooks(db, entries, { archiveAbsent: order.archiveAbsent, lock: !order.dryRun });
  const faults = [...matches.faults];
  const failed = new Set(entries.filter(({ index }) => faults.some(isAbout(index))).map(({ name }) => name));
  const deliveries = deferred(services.openDeliveries);
  const document = createHash('sha256').update(order.document).digest('hex');
  const rules: EntryRules = {
    viewer,
    services: {
      ...services,
      openDeliveries: deliveries,
      webhookRules: { ...services.webhookRules, leaving: matches.absent.length },
    },
    act: { reason: order.reason, details: { importedFile: document } },
    read,
    owners: await idsByName(db, ownerNames(entries)),
    ids: matches.ids,
    failed,
  };
  const imported = new Map<number, ImportedWebhook>();
  const warnings: SettingWarning[] = [];
  for (const entry of targetsFirst(entries, matches)) {
    if (faults.length >= MAX_FAULTS) break;
    if (failed.has(entry.name)) continue;
    try {
      const before = matches.rows.get(entry.index) ?? null;
      const done = await importEntry(db, rules, entry, before, secrets.get(entry.name) ?? {});
      if (done === null) continue;
      imported.set(entry.index, done);
      if (!done.webhook) continue;
      matches.ids.set(entry.name, [done.webhook.id]);
      if (warnings.length < MAX_WARNINGS) warnings.push(...templateWarnings(done.webhook, pathOf(entry)));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      failed.add(entry.name);
      faults.push(...error.errors.map((fault) => faultOf(entry, fault)));
    }
  }
  const webhooks = [...imported].sort(([a], [b]) => a - b).map(([, each]) => each);
  webhooks.push(...(await archive(db, rules, matches.absent, order)));
  if (!order.dryRun && faults.length === 0) await deliveries.run(db);
  const plan = planToken(order.document, order.archiveAbsent, webhooks);
  return { plan, webhooks, warnings, faults };
}

async function archive(
  db: Db,
  { viewer, services }: EntryRules,
  absent: Matches['absent'],
  { dryRun, reason }: Importing,
): Promise<ImportedWebhook[]> {
  refuseAuditReceivers(viewer, absent);
  const webhooks = dryRun ? absent : await archiveWebhooks(db, viewer, services.openDeliveries, absent, reason);
  const rest = { changes: [], unusedSecrets: [], secretMissing: false, ...NOTHING_NEW };
  return absent.map((before, index) => ({
    name: before.name,
    action: 'ARCHIVED',
    before,
    webhook: webhooks[index] as WebhookRow,
    ...rest,
  }));
}

/** Webhooks of which the statements are sent together: the database holds the locks of all of them until the transaction ends. */
const AT_ONCE = 100;

async function together(ids: readonly string[], work: (id: string) => Promise<void>): Promise<void> {
  for (let at = 0; at < ids.length; at += AT_ONCE) await Promise.all(ids.slice(at, at + AT_ONCE).map(work));
}

/** What concerns open deliveries waits until all webhooks are written: circuits are locked in the order of their ids. */
function deferred(deliveries: OpenDeliveries): OpenDeliveries & { run(db: Db): Promise<void> } {
  const later = new Map<string, (db: Db) => Promise<void>>();
  const archived: string[] = [];
  return {
    release: async (_, id) => void later.set(id, (db) => deliveries.release(db, id)),
    cancel: async (_, ids) => void archived.push(...ids),
    reorder: async (_, id, ordering) => void later.set(id, (db) => deliveries.reorder(db, id, ordering)),
    async run(db) {
      const ids = [...later.keys()].sort();
      await lockCircuits(db, [...ids, ...archived]);
      await together(ids, async (id) => later.get(id)?.(db));
      await deliveries.cancel(db, archived);
    },
  };
}

// calls are forwarded to webhooks that the same file creates
function targetsFirst(entries: readonly FileWebhook[], { rows }: Matches): FileWebhook[] {
  const isIncoming = ({ index, settings }: FileWebhook) =>
    (rows.get(index)?.direction ?? settings.direction) === 'INCOMING';
  return [...entries.filter((each) => !isIncoming(each)), ...entries.filter(isIncoming)];
}

function ownerNames(entries: readonly FileWebhook[]): string[] {
  return [...new Set(entries.map(({ settings }) => settings.owner).filter((name) => typeof name === 'string'))];
}

function secretsByName(
  entries: readonly FileWebhook[],
  given: Importing['secrets'],
  faults: UserError[],
): Map<string, GivenSecrets> {
  const names = new Set(entries.map(({ name }) => name));
  const secrets = new Map<string, GivenSecrets>();
  given.forEach(({ webhookName, ...own }, index) => {
    const field = ['secrets', String(index), 'webhookName'];
    const named = JSON.stringify(webhookName.slice(0, 200));
    if (!names.has(webhookName)) {
      const message = `The document has no webhook ${named}: secrets are given for those that it has.`;
      faults.push({ field, code: 'NOT_FOUND', message });
    } else if (secrets.has(webhookName)) {
      faults.push({ field, code: 'CONFLICT', message: `Secrets of ${named} are given twice: give them once.` });
    } else secrets.set(webhookName, own);
  });
  return secrets;
}

const pathOf = ({ index }: FileWebhook) => ['document', 'webhooks', String(index)];

function faultOf(entry: FileWebhook, { field, code, message }: UserError): UserError {
  return { field: [...pathOf(entry), ...(field ?? [])], code, message: `${entry.name}: ${message}` };
}

const isAbout = (index: number) => (fault: UserError) => fault.field?.[2] === String(index);

function refusePlan(): never {
  const message =
    'This is no longer the plan of the dry run: the document is another, a webhook was changed since, forwardTo or owner now ' +
    'names another webhook or user, or another user would own the new webhooks. Nothing is changed. Make the dry run again ' +
    'and look at its plan.';
  throw new InputError([{ field: ['plan'], code: 'CONFLICT', message }]);
}

// secrets and ids of a dry run are never those of the import
function asPlanned({ webhooks, ...result }: ImportResult): ImportResult {
  const planned = webhooks.map((each) => ({
    ...each,
    ...NOTHING_NEW,
    webhook: each.before,
    changes: each.changes.map(withoutNewFingerprints),
  }));
  return { ...result, webhooks: planned };
}

function withoutNewFingerprints(change: SettingChange): SettingChange {
  if (change.setting !== CREDENTIALS || !Array.isArray(change.after)) return change;
  const known = Array.isArray(change.before) ? change.before.map(({ fingerprint }) => fingerprint) : [];
  const after = change.after.map(({ fingerprint, ...rest }) =>
    known.includes(fingerprint) ? { ...rest, fingerprint } : rest,
  );
  return { ...change, after };
}
