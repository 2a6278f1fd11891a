import { type ClassType, Field, Int, ObjectType } from 'type-graphql';
import type { Count, Page } from '../sql/keyset';
import { cursorOf, type ListOrder } from './page-args';

/** What a connection field's resolver answers: a page, and how to count only if somebody asks. */
export interface Connection<Row extends { id: string }> {
  page: Page<Row>;
  order: ListOrder;
  count(): Promise<Count>;
}

@ObjectType('PageInfo', { simpleResolvers: true })
export class PageInfoType {
  @Field(() => Boolean)
  hasNextPage: boolean;

  @Field(() => Boolean)
  hasPreviousPage: boolean;

  @Field(() => String, { nullable: true })
  startCursor: string | null;

  @Field(() => String, { nullable: true })
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
  @ObjectType(`${name}Edge`, { simpleResolvers: true })
  class EdgeType {
    @Field(() => String, { description: 'Where this row is in the list: for `after` and `before`. Opaque.' })
    cursor: string;

    @Field(nodeType)
    node: object;
  }

  @ObjectType(`${name}Connection`, { simpleResolvers: true })
  class ConnectionType {
    @Field(() => [EdgeType])
    edges: EdgeType[];

    @Field(() => [nodeType()], { description: 'The nodes of `edges`, without their cursors.' })
    nodes: object[];

    @Field(() => PageInfoType)
    pageInfo: PageInfoType;

    @Field(() => Int, {
      description: 'How many rows meet the filter, up to 10,000; counted only when asked for.',
    })
    totalCount: number;

    @Field(() => Boolean, { description: 'False when there are more than the 10,000 that `totalCount` counts.' })
    totalCountIsExact: boolean;
  }
  return ConnectionType;
}

/** A connection as graphql-js resolves it: plain properties, and functions for what is only counted when asked. */
export function toConnection<Row extends { id: string }>(connection: Connection<Row>): ConnectionShape {
  const { page, order } = connection;
  const edges = page.rows.map((node) => ({ cursor: cursorOf(order, node), node }));
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
