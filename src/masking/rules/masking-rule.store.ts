import { readJsonPath } from '../../json/json-part';
import { type Db, rowOf, rowsOf, statement } from '../../sql/db';
import { byIds, listing, type RowOf } from '../../sql/listing';
import type { MaskingRule } from '../rule';
import { MaskingRuleEntity } from './masking-rule.entity';

export const MASKING_RULES = listing(MaskingRuleEntity);
export type MaskingRuleRow = RowOf<typeof MASKING_RULES>;
export const maskingRulesById = byIds(MASKING_RULES);

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
