import { FEATURES } from '../../features';
import { sqlFieldsByType } from '../../read-plan/sql-fields';

/** All fields that can be read in one statement. */
export const SQL_FIELDS = sqlFieldsByType(
  FEATURES.flatMap(({ linkedFields, sqlFields }) => [...linkedFields.map((each) => each.sqlFields), ...sqlFields]),
);
