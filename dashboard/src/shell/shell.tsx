import { Suspense } from 'react';
import { Link, Route, Switch, useLocation } from 'wouter';
import { ROLES_OF } from '../api/generated/access';
import { signOut } from '../api/session';
import { useViewer, type ViewerFacts } from '../api/viewer';
import { paths } from '../paths';
import { SessionEnded } from '../sign-in/session-ended';
import { Denied, Skeleton } from '../ui/answer';
import { Button, LinkButton } from '../ui/button';
import { Page } from './page';
import { PageFailure } from './page-failure';
import { PAGES, type Page as PageEntry } from './pages';
import './shell.css';
import { Shortcuts } from './shortcuts';
import { useShellTexts } from './texts';

/** The frame around each page. */
export function Shell() {
  const texts = useShellTexts();
  const [path] = useLocation();
  return (
    <div className="shell">
      <a className="button skip" href="#page">
        {texts.skip}
      </a>
      <Rail />
      <PageFailure page={path}>
        <Suspense fallback={<Waiting />}>
          <Switch>
            {PAGES.map((page) => (
              <Route key={page.path} path={page.path}>
                <Allowed page={page} />
              </Route>
            ))}
            <Route>
              <NotFound />
            </Route>
          </Switch>
        </Suspense>
      </PageFailure>
      <SessionEnded />
      <Shortcuts />
    </div>
  );
}

function Rail() {
  const texts = useShellTexts();
  const viewer = useViewer();
  const [path] = useLocation();
  return (
    <nav className="rail" aria-label={texts.navigation}>
      <span className="brand">Hookledger</span>
      {PAGES.filter((page) => page.name !== null && isOpenTo(viewer, page)).map((page) => (
        <Link key={page.path} href={page.path} aria-current={isAt(path, page.path) ? 'page' : undefined}>
          {texts.pages[page.name as keyof typeof texts.pages]}
        </Link>
      ))}
      <span className="spring" />
      {viewer.user ? <bdi className="faint">{viewer.user.fullName ?? viewer.user.name}</bdi> : null}
      <Button kind="plain" onPress={() => void signOut()}>
        {texts.signOut}
      </Button>
    </nav>
  );
}

function isAt(path: string, page: string): boolean {
  return page === '/' ? path === '/' : path === page || path.startsWith(`${page}/`);
}

function isOpenTo(viewer: ViewerFacts, { needs }: PageEntry): boolean {
  return needs === null || viewer.may(needs);
}

function Allowed({ page }: { page: PageEntry }) {
  const texts = useShellTexts();
  const viewer = useViewer();
  if (isOpenTo(viewer, page)) return <page.component />;
  const title = page.name === null ? texts.notFound : texts.pages[page.name];
  return (
    <Page title={title}>
      <Denied roles={ROLES_OF[page.needs as keyof typeof ROLES_OF] ?? []} />
    </Page>
  );
}

function NotFound() {
  const texts = useShellTexts();
  return (
    <Page title={texts.notFound}>
      <p>{texts.notFoundText}</p>
      <p>
        <LinkButton to={paths.home()}>{texts.toStart}</LinkButton>
      </p>
    </Page>
  );
}

function Waiting() {
  return (
    <main className="page">
      <Skeleton rows={6} />
    </main>
  );
}
