import { GraphQLDateTime } from 'graphql-scalars';
import { type ClassType, Field, Int, ObjectType } from 'type-graphql';
import type { Count, Page, Place } from '../../sql/walks/keyset';
import { timeOfId } from '../../values/ids';
import { cursorOf, encodeCursor, type ListOrder } from './cursor';

/** What the resolver of a connection returns: a page, and a function that counts if the query selects the count. */
export interface Connection<Row extends { id: string }> {
  page: Page<Row>;
  order: ListOrder;
  notSearched: string | null;
  count(): Promise<Count>;
}

@ObjectType('PageInfo', {
  simpleResolvers: true,
  description:
    'The cursors of a page, and how far the list was searched. A page looks at up to 10,000 rows, or 1,000 where bodies or health are ' +
    'tested; the lists of one request together at 50,000. So a page may have fewer rows than were asked for, or none, and be followed by others.',
})
export class PageInfoType {
  @Field(() => Boolean, {
    description:
      'false: the list was searched to its end. true: continue with `after: endCursor`, also if this page has few rows or none.',
  })
  hasNextPage: boolean;

  @Field(() => Boolean, {
    description:
      'With `last`, false: the list was searched to its beginning; true: continue with `last` and `before: startCursor`, also if this ' +
      'page has few rows or none. With `first`: whether `after` was given.',
  })
  hasPreviousPage: boolean;

  @Field(() => String, {
    nullable: true,
    description:
      'Where this page begins: the cursor of its first row. With `last`, that of the last row that was looked at, if the page has fewer rows than were asked ' +
      'for and the beginning was not reached. null: the page is empty, and there are no others.',
  })
  startCursor: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Where this page ends: the cursor of its last row, or that of the last row that was looked at, if the page has fewer rows than were asked for ' +
      'and the end was not reached. null: the page is empty, and there are no others.',
  })
  endCursor: string | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description:
      'The time, in the order of the list, up to which it was searched: that of the row of `endCursor`, with `last` of `startCursor`. ' +
      'null: it was searched to its end, or is not in an order of time.',
  })
  searchedTo: Date | null;

  @Field(() => String, {
    nullable: true,
    description: 'What the filter does not search for you, as a sentence; null: nothing is left out.',
  })
  notSearched: string | null;
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
        'The number of rows that meet the filter, as far as a page looks from the beginning of the list: among 10,000 rows of the index that it reads, or ' +
        '1,000 if it tests bodies or health. Never less than the rows of this page. null: counting failed.',
    })
    totalCount: number | null;

    @Field(() => Boolean, {
      nullable: true,
      description:
        'false: there may be more rows than `totalCount` counts, or `pageInfo.notSearched` says what was left out. null: counting failed.',
    })
    totalCountIsExact: boolean | null;
  }
  return ConnectionType;
}

/** The connection for graphql-js. The counts are functions, which run only if the query selects them. */
export function toConnection<Row extends { id: string }>(connection: Connection<Row>): ConnectionShape {
  const { page, order, notSearched } = connection;
  const { rows, end, hasNextPage, hasPreviousPage, backward } = page;
  const edges = rows.map((node) => ({ cursor: encodeCursor(order, node), node }));
  let counted: Promise<Count> | null = null;
  const count = () => {
    counted ??= connection.count();
    return counted;
  };
  const ended = end && cursorOf(order, end);
  return {
    edges,
    nodes: rows,
    pageInfo: {
      hasNextPage,
      hasPreviousPage,
      startCursor: (backward ? ended : null) ?? edges[0]?.cursor ?? null,
      endCursor: (backward ? null : ended) ?? edges.at(-1)?.cursor ?? null,
      searchedTo: end && timeOfPlace(order, end),
      notSearched,
    },
    totalCount: async () => Math.max((await count()).count, rows.length),
    totalCountIsExact: async () => notSearched === null && (await count()).exact,
  };
}

/** null: the order is not one of time. */
function timeOfPlace({ column, timeOf }: ListOrder, place: Place): Date | null {
  if (timeOf) return timeOf(place.value);
  if (column === null) return timeOfId(place.id);
  if (column.type === 'uuid') return timeOfId(place.value as string);
  return column.type === 'timestamptz' ? (place.value as Date) : null;
}
