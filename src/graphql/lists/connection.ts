import { type ClassType, Field, Int, ObjectType } from 'type-graphql';
import type { Count, Page } from '../../sql/keyset';
import { encodeCursor } from './cursor';
import type { ListOrder } from './list-order';

/** What the resolver of a connection returns: a page, and a function that counts if the query selects the count. */
export interface Connection<Row extends { id: string }> {
  page: Page<Row>;
  order: ListOrder;
  count(): Promise<Count>;
}

@ObjectType('PageInfo', {
  simpleResolvers: true,
  description: 'The cursors of a page, and whether there are further rows.',
})
export class PageInfoType {
  @Field(() => Boolean, { description: 'Whether rows follow this page. Request them with `after: endCursor`.' })
  hasNextPage: boolean;

  @Field(() => Boolean, {
    description: 'Whether rows precede this page. Request them with `last` and `before: startCursor`.',
  })
  hasPreviousPage: boolean;

  @Field(() => String, { nullable: true, description: 'The cursor of the first row; null: the page is empty.' })
  startCursor: string | null;

  @Field(() => String, { nullable: true, description: 'The cursor of the last row; null: the page is empty.' })
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
  @ObjectType(`${name}Edge`, { simpleResolvers: true, description: `A row of a list of ${name}, with its cursor.` })
  class EdgeType {
    @Field(() => String, { description: 'The position of the row in the list, for `after` and `before`. Opaque.' })
    cursor: string;

    @Field(nodeType, { description: 'The row.' })
    node: object;
  }

  @ObjectType(`${name}Connection`, {
    simpleResolvers: true,
    description:
      `A page of a list of ${name}, at most 100 rows. Rows that are inserted meanwhile do not shift or repeat rows of ` +
      'later pages. One request may ask for at most 50,000 rows; the sizes of nested pages are multiplied.',
  })
  class ConnectionType {
    @Field(() => [EdgeType], { description: 'The rows of the page with their cursors, at most 100.' })
    edges: EdgeType[];

    @Field(() => [nodeType()], {
      description: 'The rows of the page, at most 100: the nodes of `edges` without their cursors.',
    })
    nodes: object[];

    @Field(() => PageInfoType, { description: 'The cursors of the page, and whether there are further rows.' })
    pageInfo: PageInfoType;

    @Field(() => Int, {
      nullable: true,
      description:
        'The number of rows that meet the filter, at most 10,000, or 1,000 if it tests `data` or `response`. Of requests, ' +
        'deliveries, events, audit entries, sessions, replays, exports and erasures with a filter that has no index, those among the ' +
        '50,000 newest rows, of all or of those that an index finds. null: counting failed.',
    })
    totalCount: number | null;

    @Field(() => Boolean, {
      nullable: true,
      description: 'false: there may be more rows than `totalCount` counts. null: counting failed.',
    })
    totalCountIsExact: boolean | null;
  }
  return ConnectionType;
}

/** The connection for graphql-js. The counts are functions, which run only if the query selects them. */
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
