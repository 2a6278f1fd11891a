import type { GraphQLSchema } from 'graphql';
import { Field, ID, InterfaceType } from 'type-graphql';
import { ID_PREFIXES, isNodeName, toNodeId } from '../values/ids';
import { changeFields } from './field-rules';

const ID_TEXT = 'The id, such as "req_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e". It never changes.';

@InterfaceType('Node', {
  description:
    'An object with an id. Ids are opaque: a prefix for the type (usr_ key_ whk_ evt_ dlv_ req_ rpl_ exp_ aud_ whv_ hld_ ers_ evr_ ...) and a ' +
    'UUIDv7; for a document, doc_ is followed by its type and its name. Clients must not parse them.',
  resolveType: (row: { __typename?: string }) => row.__typename as string,
})
export abstract class NodeType {
  @Field(() => ID, { description: ID_TEXT })
  id: string;
}

/** Makes the field `id` of the types that have a prefix: their rows have UUIDs. A type may describe its own. */
export function resolveNodeIds(schema: GraphQLSchema): void {
  changeFields(schema, (field, { name }) => {
    if (field.name !== 'id' || !isNodeName(name)) return;
    field.resolve = (row) => toNodeId(name, (row as { id: string }).id);
    if (field.description !== ID_TEXT) return;
    field.description = `\`${ID_PREFIXES[name]}_\` and 32 hexadecimal digits; never changes.`;
  });
}
