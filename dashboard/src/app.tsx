import { QueryClientProvider } from '@tanstack/react-query';
import { queryClient } from './api/query-client';
import { ViewerProvider } from './api/viewer';
import { useViewerQuery } from './api/viewer-query';
import { LanguageProvider } from './i18n/language';
import { TimeZoneProvider } from './i18n/time-zone';
import { Shell } from './shell/shell';
import SignInPage from './sign-in/sign-in-page';
import { Shown } from './ui/answer';

export function App() {
  return (
    <QueryClientProvider client={queryClient}>
      <LanguageProvider>
        <TimeZoneProvider>
          <Entrance />
        </TimeZoneProvider>
      </LanguageProvider>
    </QueryClientProvider>
  );
}

/** Who is not signed in sees where to sign in, whatever page was asked for. */
function Entrance() {
  const query = useViewerQuery();
  return (
    <Shown of={query} rows={6}>
      {(data) => (
        <ViewerProvider data={data}>{data.viewerRoles.length === 0 ? <SignInPage /> : <Shell />}</ViewerProvider>
      )}
    </Shown>
  );
}
