import { Field, ID, InterfaceType } from 'type-graphql';

@InterfaceType('Node', {
  description:
    'Anything with an id. Ids are opaque: a type prefix and a UUIDv7 (usr_ key_ whk_ evt_ dlv_ req_ rpl_ exp_ ...). ' +
    'Never take one apart.',
  resolveType: (row: { __typename?: string }) => row.__typename as string,
})
export abstract class NodeType {
  @Field(() => ID, { description: 'Such as "req_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e"; never changes.' })
  id: string;
}
