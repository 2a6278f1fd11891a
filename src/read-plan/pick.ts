import { type GraphQLNamedType, getNamedType, isObjectType, type SelectionSetNode } from 'graphql';
import { rulesOf } from '../graphql/roles/has-role';
import { type Compiler, setsOf } from './compiler';
import { collectFields } from './selection';

type Pick = (value: unknown) => unknown;

/**
 * Selects the fields of a query from a value whose object type has no table, such as Body. null: the type is not an
 * object type.
 */
export function pickerOf(compiler: Compiler, type: GraphQLNamedType, sets: readonly SelectionSetNode[]): Pick | null {
  if (!isObjectType(type)) return null;
  const picks = collectFields(compiler, type, sets).map(({ key, name, nodes }) => {
    const field = type.getFields()[name];
    for (const rule of field ? rulesOf(compiler.schema, type, field) : []) compiler.rules.add(rule);
    const below = setsOf({ nodes });
    const inner = field && below.length > 0 ? pickerOf(compiler, getNamedType(field.type), below) : null;
    return { key, name, typeName: name === '__typename' ? type.name : null, inner };
  });
  const pickOne = (value: unknown): unknown => {
    if (value === null || value === undefined) return null;
    // without a prototype: an alias may be __proto__
    const picked: Record<string, unknown> = Object.create(null);
    for (const { key, name, typeName, inner } of picks) {
      const found = (value as Record<string, unknown>)[name];
      const plain = typeName ?? (typeof found === 'function' ? (found as () => unknown)() : (found ?? null));
      picked[key] = inner ? inner(plain) : plain;
    }
    return picked;
  };
  return (value) => (Array.isArray(value) ? value.map(pickOne) : pickOne(value));
}
