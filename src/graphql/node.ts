import { Field, ID, InterfaceType } from 'type-graphql';

@InterfaceType('Node', {
  description:
    'Anything with an id. Ids are opaque: a type prefix and a UUIDv7 (usr_ key_ whk_ evt_ dlv_ req_ rpl_ ...). ' +
    'Never take one apart.',
  resolveType: (row: { __typename?: string }) => row.__typename as string,
})
export abstract class NodeType {
  @Field(() => ID)
  id: string;
}
