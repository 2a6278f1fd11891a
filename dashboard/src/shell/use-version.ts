// The version that the server has now. It is asked for without the cookie: to ask with it would keep the session from ending.
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { VersionDocument, type VersionQuery } from '../api/generated/documents';
import { readJson } from '../api/request';
import { useViewer } from '../api/viewer';

const ASK_MS = 300_000;

export function useVersion(): { own: string; installed: string } {
  const { about } = useViewer();
  const [own] = useState(about.version);
  const query = useQuery<string>({
    queryKey: [VersionDocument.toString()],
    queryFn: async ({ signal }) => {
      const response = await fetch('/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: VersionDocument.toString() }),
        credentials: 'omit',
        signal,
      });
      const { data } = await readJson<{ data?: VersionQuery }>(response);
      return data?.about.version ?? about.version;
    },
    initialData: about.version,
    staleTime: ASK_MS,
    refetchInterval: ASK_MS,
    retry: false,
  });
  return { own, installed: about.version === own ? query.data : about.version };
}
