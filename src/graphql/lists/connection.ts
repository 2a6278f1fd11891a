import { type ClassType, Field, Int, ObjectType } from 'type-graphql';
import type { Count, Page } from '../../sql/keyset';
import { encodeCursor } from './cursor';
import type { ListOrder } from './list-order';

/** What a connection field's resolver answers: a page, and how to count only if somebody asks. */
export interface Connection<Row extends { id: string }> {
  page: Page<Row>;
  order: ListOrder;
  count(): Promise<Count>;
}

@ObjectType('PageInfo', {
  simpleResolvers: true,
  description: 'Where a page begins and ends, and whether there is more.',
})
export class PageInfoType {
  @Field(() => Boolean, { description: 'There are rows behind the last of this page: ask for `after: endCursor`.' })
  hasNextPage: boolean;

  @Field(() => Boolean, {
    description: 'There are rows before the first of this page: ask for `last` and `before: startCursor`.',
  })
  hasPreviousPage: boolean;

  @Field(() => String, { nullable: true, description: 'Of the first row of the page; null: it is empty.' })
  startCursor: string | null;

  @Field(() => String, { nullable: true, description: 'Of the last row of the page; null: it is empty.' })
  endCursor: string | null;
}

export interface ConnectionShape {
  edges: { cursor: string; node: object }[];
  nodes: object[];
  pageInfo: PageInfoType;
  totalCount(): Promise<number>;
  totalCountIsExact(): Promise<boolean>;
}

/** The connection type of a node type: `UserConnection` with `UserEdge` for `User`. */
export function connectionOf(name: string, nodeType: () => ClassType): ClassType<object> {
  @ObjectType(`${name}Edge`, { simpleResolvers: true, description: `One ${name}, and its place in a list.` })
  class EdgeType {
    @Field(() => String, { description: 'Where this row is in the list: for `after` and `before`. Opaque.' })
    cursor: string;

    @Field(nodeType, { description: 'The row itself.' })
    node: object;
  }

  @ObjectType(`${name}Connection`, {
    simpleResolvers: true,
    description:
      `A page of a list of ${name}: at most 100 rows. Rows that are written while you page neither shift nor repeat it. ` +
      'One request may ask for at most 50,000 rows, its pages multiplied out.',
  })
  class ConnectionType {
    @Field(() => [EdgeType], { description: 'The rows of the page with their cursors, at most 100.' })
    edges: EdgeType[];

    @Field(() => [nodeType()], {
      description: 'The rows of the page, at most 100: the nodes of `edges` without their cursors.',
    })
    nodes: object[];

    @Field(() => PageInfoType, { description: 'Whether there is more, and the cursors to ask for it.' })
    pageInfo: PageInfoType;

    @Field(() => Int, {
      nullable: true,
      description: 'How many rows meet the filter, up to 10,000; counted only when asked for. null: that failed.',
    })
    totalCount: number | null;

    @Field(() => Boolean, {
      nullable: true,
      description: 'False when there are more than the 10,000 that `totalCount` counts. null: counting failed.',
    })
    totalCountIsExact: boolean | null;
  }
  return ConnectionType;
}

/** A connection as graphql-js resolves it: plain properties, and functions for what is only counted when asked. */
export function toConnection<Row extends { id: string }>(connection: Connection<Row>): ConnectionShape {
  const { page, order } = connection;
  const edges = page.rows.map((node) => ({ cursor: encodeCursor(order, node), node }));
  let counted: Promise<Count> | null = null;
  const count = () => {
    counted ??= connection.count();
    return counted;
  };
  return {
    edges,
    nodes: page.rows,
    pageInfo: {
      hasNextPage: page.hasNextPage,
      hasPreviousPage: page.hasPreviousPage,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount: async () => (await count()).count,
    totalCountIsExact: async () => (await count()).exact,
  };
}
