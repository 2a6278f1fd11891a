import { useQuery } from '@tanstack/react-query';
import { ApiError } from './api-error';
import { ViewerDocument, type ViewerQuery } from './generated/documents';
import { queryClient } from './query-client';
import { type Answer, post, request } from './request';

const KEY = [ViewerDocument.toString(), {}];
const FRESH_MS = 60_000;

/** Who was signed in when it was last asked; undefined: it was not, or it is forgotten. */
export function viewerInCache(): ViewerQuery | undefined {
  return queryClient.getQueryData<Answer<ViewerQuery>>(KEY)?.data;
}

/** Who is signed in. Once somebody is, the end of their session is an error, and they and their page stay. */
export function useViewerQuery() {
  return useQuery<Answer<ViewerQuery>, ApiError>({
    queryKey: KEY,
    queryFn: ({ signal }) => askForViewer(signal),
    staleTime: FRESH_MS,
  });
}

async function askForViewer(signal?: AbortSignal): Promise<Answer<ViewerQuery>> {
  const wasSignedIn = (viewerInCache()?.viewerRoles.length ?? 0) > 0;
  try {
    const answer = await request(ViewerDocument, {}, signal);
    if (wasSignedIn && answer.data.viewerRoles.length === 0) {
      throw new ApiError('UNAUTHENTICATED', 'The session has ended.');
    }
    return answer;
  } catch (error) {
    if (wasSignedIn || !(error instanceof ApiError) || error.code !== 'UNAUTHENTICATED') throw error;
    // the cookie is that of a session that has ended: without it the browser is nobody's
    await post('/auth/logout', {}, signal);
    return request(ViewerDocument, {}, signal);
  }
}
