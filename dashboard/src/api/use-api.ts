import { keepPreviousData, type UseQueryResult, useMutation, useQuery } from '@tanstack/react-query';
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
