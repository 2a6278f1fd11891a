// What /readyz says of the process that answers. It is asked where GraphQL does not answer, as while the database is away.
import { useQuery } from '@tanstack/react-query';
import { ApiError } from '../api/api-error';
import { readJson } from '../api/request';

export interface Check {
  name: string;
  /** null: there is no fault. */
  fault: string | null;
}

interface Readiness {
  checks: Record<string, string | null>;
  [other: string]: unknown;
}

/** What each other part says of itself while nothing is wrong. */
const GOOD: Record<string, string> = {
  deliveries: 'running',
  workers: 'running',
  evidence: 'sealed',
  search: 'up to date',
  statistics: 'up to date',
  publishing: 'accepted',
};

export function checksOf(answer: Readiness): Check[] {
  const parts = Object.entries(GOOD).map(([name, good]) => {
    const said = String(answer[name] ?? 'unknown');
    return { name, fault: said === good ? null : said };
  });
  return [...Object.entries(answer.checks).map(([name, fault]) => ({ name, fault })), ...parts];
}

export function useReadiness({ refreshMs, enabled }: { refreshMs: number; enabled: boolean }) {
  return useQuery<Check[], ApiError>({
    queryKey: ['/readyz'],
    queryFn: async ({ signal }) => {
      const response = await fetch('/readyz', { signal }).catch((error: unknown) => {
        if (signal.aborted) throw error;
        throw new ApiError('OFFLINE', 'The server does not answer.');
      });
      return checksOf(await readJson<Readiness>(response));
    },
    enabled,
    refetchInterval: refreshMs,
    retry: false,
  });
}
