import { keepPreviousData, type UseQueryResult, useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import type { ApiError } from './api-error';
import type { TypedDocumentString } from './generated/documents';
import { type Answer, request } from './request';

export interface AskOptions {
  /** false: not asked. */
  enabled?: boolean;
  /** Milliseconds between two refreshes while the tab is visible. */
  refreshMs?: number;
  /** Milliseconds for which an answer is not asked for again; `Infinity` for what never changes. */
  freshMs?: number;
  /** Keeps the last answer on the page while that for other variables is under way. */
  keepPrevious?: boolean;
}

/** Asks a query, and asks again when its variables change. A query is known by its text and its variables. */
export function useApi<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  { enabled = true, refreshMs, freshMs, keepPrevious = false }: AskOptions = {},
): UseQueryResult<Answer<Data>, ApiError> {
  return useQuery<Answer<Data>, ApiError>({
    queryKey: [document.toString(), variables],
    queryFn: ({ signal }) => request(document, variables, signal),
    enabled,
    ...(refreshMs === undefined ? {} : { refetchInterval: refreshMs, refetchIntervalInBackground: false }),
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
  more(): void;
  retry(): void;
}

/** A list, page by page. */
export function useApiPages<Data, Variables extends { after?: string | null | undefined }, Row>(
  document: TypedDocumentString<Data, Variables>,
  variables: Omit<Variables, 'after'>,
  connectionOf: (data: Data) => Connection<Row> | null | undefined,
  { enabled = true, refreshMs }: Pick<AskOptions, 'enabled' | 'refreshMs'> = {},
): Pages<Row> {
  const query = useInfiniteQuery({
    queryKey: [document.toString(), variables, 'pages'],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => request(document, { ...variables, after: pageParam } as Variables, signal),
    getNextPageParam: ({ data }) => {
      const pageInfo = connectionOf(data)?.pageInfo;
      return pageInfo?.hasNextPage ? (pageInfo.endCursor ?? null) : null;
    },
    enabled,
    ...(refreshMs === undefined ? {} : { refetchInterval: refreshMs, refetchIntervalInBackground: false }),
  });
  const pages = query.data?.pages.map(({ data }) => connectionOf(data)) ?? [];
  const last = pages.at(-1);
  return {
    rows: pages.flatMap((page) => page?.nodes ?? []),
    hasMore: last?.pageInfo.hasNextPage ?? false,
    searchedTo: last?.pageInfo.searchedTo ?? null,
    isLoading: query.isPending && enabled,
    isLoadingMore: query.isFetchingNextPage,
    error: query.error as ApiError | null,
    more: () => void query.fetchNextPage(),
    retry: () => void query.refetch(),
  };
}
