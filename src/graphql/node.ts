import { Field, ID, InterfaceType } from 'type-graphql';

@InterfaceType('Node', {
  description:
    'An object with an id. Ids are opaque: a prefix for the type (usr_ key_ whk_ evt_ dlv_ req_ rpl_ exp_ aud_ whv_ hld_ ers_ evr_ ...) and a ' +
    'UUIDv7; for a document, doc_ is followed by its type and its name. Clients must not parse them.',
  resolveType: (row: { __typename?: string }) => row.__typename as string,
})
export abstract class NodeType {
  @Field(() => ID, { description: 'The id, such as "req_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e". It never changes.' })
  id: string;
}
