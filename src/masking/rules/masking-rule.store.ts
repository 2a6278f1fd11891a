import { readJsonPath } from '../../json/json-path';
import { type Db, rowOf, rowsOf, statement } from '../../sql/db';
import type { MaskingRule } from '../rule';
import { MaskingRuleEntity } from './masking-rule.entity';

export type MaskingRuleRow = Omit<MaskingRuleEntity, 'webhook' | 'creator'>;

export const MASKING_RULES = {
  table: 'masking_rules',
  columns: `id, roles, document_type as "documentType", webhook_id as "webhookId", part, path, strategy,
    created_by as "createdBy", created_at as "createdAt"`,
};

export async function maskingRulesById(db: Db, ids: readonly string[]): Promise<Map<string, MaskingRuleRow>> {
  const rows = await rowsOf<MaskingRuleRow>(
    db,
    statement(`select ${MASKING_RULES.columns} from masking_rules where id = any($1::uuid[])`),
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** All rules, as they are applied. */
export async function allMaskingRules(db: Db): Promise<MaskingRule[]> {
  const rows = await rowsOf<MaskingRuleRow>(
    db,
    statement(`select ${MASKING_RULES.columns} from masking_rules order by id`),
  );
  return rows.map(({ path, ...rule }) => ({ ...rule, path: readJsonPath([path], ['path']) }));
}

/** So that rules that are created at the same time do not exceed the limit. */
export async function lockMaskingRules(db: Db): Promise<void> {
  await rowsOf(db, statement(`select pg_advisory_xact_lock(hashtext('hookledger.masking_rules'))`));
}

export async function countMaskingRules(db: Db): Promise<number> {
  const row = await rowOf<{ rules: number }>(db, statement('select count(*)::int as rules from masking_rules'));
  return row?.rules ?? 0;
}

export async function insertMaskingRule(db: Db, rule: MaskingRuleRow): Promise<void> {
  await db.insert(MaskingRuleEntity, rule);
}

/** @returns the deleted rule; null: there is none */
export async function deleteMaskingRule(db: Db, id: string): Promise<MaskingRuleRow | null> {
  return rowOf<MaskingRuleRow>(
    db,
    statement(
      `with gone as (delete from masking_rules where id = $1 returning *) select ${MASKING_RULES.columns} from gone`,
    ),
    [id],
  );
}
