import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiError } from './api-error';
import { noteFailure } from './session-state';

/** Faults that a second try a moment later may not meet. */
const PASSING = ['OFFLINE', 'UNAVAILABLE', 'UNREADABLE'];

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noteFailure }),
  mutationCache: new MutationCache({ onError: noteFailure }),
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      refetchOnWindowFocus: false,
      // what a page shows is asked for again when the page says so, and when the network is back
      retry: (failures, error) => failures < 2 && error instanceof ApiError && PASSING.includes(error.code),
    },
    mutations: { retry: false },
  },
});
