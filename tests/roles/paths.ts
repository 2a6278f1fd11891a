import { type GraphQLNamedType, type GraphQLObjectType, getNamedType, isObjectType, isUnionType } from 'graphql';
import { sharedSchema } from '../../src/server/schema/schema';
import { everything, isRow, type Pick, pick, type Selection } from './selection';
import { isAllowed, type Roles } from './table';

export const schema = sharedSchema();

/** The id of one row of each type; under `Delivery.predecessor` and the like, of one where that link leads somewhere. */
export type Ids = Record<string, string>;

/**
 * Every way in: each root field, and from one row of each type each link, with all fields of the rows where they lead
 * to. Who may read nothing of a row is asked field by field: the first refusal ends the row.
 */
export function pathsOf(roles: Roles, ids: Ids): Pick[] {
  const ways = rootPathsOf(roles, ids);
  return isAllowed(roles, 'Query', 'node') ? [...ways, ...linksOf(roles, ids)] : ways;
}

/** Each root field: nearly every field of every type, but by few of its paths. */
export function rootPathsOf(roles: Roles, ids: Ids): Pick[] {
  return Object.values(typeNamed('Query').getFields()).flatMap((field) => {
    // without a key there is no row to be refused
    if (field.name.startsWith('viewer') && roles === null) return [];
    const target = getNamedType(field.type);
    const rows = rowsBehind(field.name, target);
    if (rows.length === 0) return fieldByField(pick(field, 1, OTHER_ARGS[field.name]?.(ids)));
    const isWayIn = isAllowed(roles, 'Query', field.name);
    return rows.flatMap((type) =>
      (isWayIn ? partsOf(roles, everything(type)) : [everything(type)]).map((below) => ({
        field,
        args: OTHER_ARGS[field.name]?.(ids) ?? queryArgs(ids, field.name, type.name),
        below,
      })),
    );
  });
}

/** All fields of a document, each with all fields of the rows that it leads to, are more tokens than a query may have. */
function fieldByField(way: Pick): Pick[] {
  const { below } = way;
  if (!below || !leadsToRows(below)) return [way];
  return below.picks.map((each) => ({ ...way, below: { ...below, picks: [each] } }));
}

function leadsToRows({ type, picks }: Selection): boolean {
  return isRow(type) || picks.some(({ below }) => below && leadsToRows(below));
}

function rowsBehind(field: string, target: GraphQLNamedType): GraphQLObjectType[] {
  if (field === 'node' || field === 'nodes') return objectTypes().filter(isRow);
  return (isUnionType(target) ? target.getTypes() : [target]).filter(isRow);
}

/** Of root fields that have no id of a row as their argument. */
const OTHER_ARGS: Record<string, (ids: Ids) => string> = {
  explainVerification: (ids) =>
    `input: { webhookId: "${ids['Webhook.incoming']}", call: { given: { headers: [{ name: "x-signature", value: "00" }], rawBody: { text: "{}" } } }, at: "2026-03-04T00:00:00Z" }`,
  evidenceConsistency: () => 'from: 1, to: 1',
  evidenceCompleteness: (ids) => `month: "2026-03", webhookId: "${ids.Webhook}"`,
};

function partsOf(roles: Roles, whole: Selection): Selection[] {
  const readsNothing = whole.picks.every(({ field }) => !isAllowed(roles, whole.type.name, field.name));
  return readsNothing ? whole.picks.map((each) => ({ ...whole, picks: [each] })) : [whole];
}

function linksOf(roles: Roles, ids: Ids): Pick[] {
  const rows = objectTypes().filter((type) => isRow(type) && isAllowed(roles, type.name, 'id'));
  return rows.flatMap((type) =>
    Object.values(type.getFields())
      .filter((field) => isObjectType(getNamedType(field.type)))
      .map((field) => {
        const below = { type, picks: [pick(field, 1)] };
        // some links begin at a row of another state than the others
        const from = ids[`${type.name}.${field.name}`] ? `${type.name}.${field.name}` : type.name;
        return { field: fieldNamed('Query', 'node'), args: queryArgs(ids, 'node', from), below };
      }),
  );
}

function queryArgs(ids: Ids, field: string, type: string): string | undefined {
  if (field === 'viewer' || field === 'mySessions') return undefined;
  if (field === 'businessDocument') return 'documentType: "Sales Invoice", name: "INV-0042"';
  if (field === 'search') return `text: "${ids[type]}"`;
  return field === 'nodes' ? `ids: ["${ids[type]}"]` : `id: "${ids[type]}"`;
}

export function objectTypes(): GraphQLObjectType[] {
  return Object.values(schema.getTypeMap()).filter(
    (type) => isObjectType(type) && !type.name.startsWith('__'),
  ) as GraphQLObjectType[];
}

export function typeNamed(name: string): GraphQLObjectType {
  const type = schema.getType(name);
  if (!isObjectType(type)) throw new Error(`${name} is no object type`);
  return type;
}

function fieldNamed(type: string, name: string) {
  const field = typeNamed(type).getFields()[name];
  if (!field) throw new Error(`${type} has no field ${name}`);
  return field;
}
