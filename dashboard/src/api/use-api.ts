import { keepPreviousData, type UseQueryResult, useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import type { ApiError, FieldFault } from './api-error';
import type { TypedDocumentString } from './generated/documents';
import { type Answer, request } from './request';

export interface AskOptions<Data = unknown> {
  /** false: not asked. */
  enabled?: boolean;
  /** Milliseconds between two refreshes while the tab is visible. */
  refreshMs?: number;
  /** Whether an answer stays as it is: it is then not refreshed. */
  isFinal?(data: Data): boolean;
  /** Milliseconds for which an answer is not asked for again; `Infinity` for what never changes. */
  freshMs?: number;
  /** Keeps the last answer on the page while that for other variables is under way. */
  keepPrevious?: boolean;
}

/** Asks a query, and asks again when its variables change. A query is known by its text and its variables. */
export function useApi<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  { enabled = true, refreshMs, isFinal, freshMs, keepPrevious = false }: AskOptions<Data> = {},
): UseQueryResult<Answer<Data>, ApiError> {
  return useQuery<Answer<Data>, ApiError>({
    queryKey: [document.toString(), variables],
    queryFn: ({ signal }) => request(document, variables, signal),
    enabled,
    ...(refreshMs === undefined
      ? {}
      : {
          refetchInterval: ({ state: { data } }: { state: { data: Answer<Data> | undefined } }) =>
            data && isFinal?.(data.data) ? false : refreshMs,
          refetchIntervalInBackground: false,
        }),
    ...(freshMs === undefined ? {} : { staleTime: freshMs }),
    ...(keepPrevious ? { placeholderData: keepPreviousData } : {}),
  });
}

/** A mutation. What it changes is asked for again by `onSuccess` of its caller. */
export function useAct<Data, Variables>(document: TypedDocumentString<Data, Variables>) {
  return useMutation<Answer<Data>, ApiError, Variables>({
    mutationFn: (variables) => request(document, variables),
  });
}

/** A page of a list of the API. */
export interface Connection<Row> {
  nodes: readonly Row[];
  pageInfo: { hasNextPage: boolean; endCursor?: string | null; searchedTo?: string | null };
}

export interface Pages<Row> {
  rows: readonly Row[];
  /** Whether there may be further rows: a page can end before the end of the list. */
  hasMore: boolean;
  /** The time of the last row that was looked at; null: the end was reached, or the order is not by time. */
  searchedTo: string | null;
  isLoading: boolean;
  isLoadingMore: boolean;
  error: ApiError | null;
  /** Why the list of a page is null, or a field of a row. */
  faults: readonly FieldFault[];
  isRefreshing: boolean;
  more(): void;
  retry(): void;
}

interface PagesOptions<Data> extends Pick<AskOptions, 'enabled' | 'refreshMs'> {
  /** The first page, where another query has read it. */
  begin?: Data | undefined;
}

/** For how long a first page that another query has read is not asked for again. */
const FRESH_MS = 60_000;

/** A list, page by page. */
export function useApiPages<Data, Variables extends { after?: string | null | undefined }, Row>(
  document: TypedDocumentString<Data, Variables>,
  variables: Omit<Variables, 'after'>,
  connectionOf: (data: Data) => Connection<Row> | null | undefined,
  { enabled = true, refreshMs, begin }: PagesOptions<Data> = {},
): Pages<Row> & { first: Data | undefined } {
  const query = useInfiniteQuery({
    queryKey: [document.toString(), variables, 'pages'],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => request(document, { ...variables, after: pageParam } as Variables, signal),
    getNextPageParam: ({ data }) => {
      const pageInfo = connectionOf(data)?.pageInfo;
      return pageInfo?.hasNextPage ? (pageInfo.endCursor ?? null) : null;
    },
    enabled,
    ...(begin && { initialData: { pages: [{ data: begin, faults: [] }], pageParams: [null] }, staleTime: FRESH_MS }),
    ...(refreshMs === undefined ? {} : { refetchInterval: refreshMs, refetchIntervalInBackground: false }),
  });
  const pages = query.data?.pages.map(({ data }) => connectionOf(data)) ?? [];
  const last = pages.at(-1);
  return {
    first: query.data?.pages[0]?.data,
    rows: pages.flatMap((page) => page?.nodes ?? []),
    hasMore: last?.pageInfo.hasNextPage ?? false,
    searchedTo: last?.pageInfo.searchedTo ?? null,
    isLoading: query.isPending && enabled,
    isLoadingMore: query.isFetchingNextPage,
    error: query.error as ApiError | null,
    faults: query.data?.pages.flatMap(({ faults }) => faults) ?? [],
    isRefreshing: query.isRefetching,
    more: () => void query.fetchNextPage(),
    retry: () => void query.refetch(),
  };
}
