import { Suspense, useEffect, useRef } from 'react';
import { Link, Redirect, Route, Router, Switch, useLocation } from 'wouter';
import { ROLES_OF } from '../api/generated/access';
import { safeReturnTo, signOut } from '../api/session';
import { useViewer, type ViewerFacts } from '../api/viewer';
import { useTimeZone } from '../i18n/time-zone';
import { paths } from '../paths';
import { useSearchParams } from '../search-params';
import { SessionEnded } from '../sign-in/session-ended';
import { SessionWarning } from '../sign-in/session-warning';
import { Denied, Skeleton } from '../ui/answer';
import { Button, LinkButton } from '../ui/button';
import { guardedNavigation } from './leave-guard';
import { NewVersion } from './new-version';
import { Offline } from './offline';
import { Page } from './page';
import { PageFailure } from './page-failure';
import { PAGES, type Page as PageEntry } from './pages';
import './shell.css';
import { Shortcuts } from './shortcuts';
import { useShellTexts } from './texts';

/** The frame around each page. */
export function Shell() {
  return (
    <Router aroundNav={guardedNavigation}>
      <Frame />
    </Router>
  );
}

function Frame() {
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
            {/* who is signed in has gone on from there */}
            <Route path="/sign-in">
              <GoOn />
            </Route>
            <Route>
              <NotFound />
            </Route>
          </Switch>
        </Suspense>
      </PageFailure>
      <SessionWarning />
      <Offline />
      <NewVersion />
      <SessionEnded />
      <Shortcuts />
    </div>
  );
}

function Rail() {
  const texts = useShellTexts();
  const viewer = useViewer();
  const [path] = useLocation();
  const { zone } = useTimeZone();
  const rail = useRef<HTMLElement>(null);
  // on a phone the pages are one row, of which this page may be out of sight
  // biome-ignore lint/correctness/useExhaustiveDependencies: the path marks the link
  useEffect(() => {
    rail.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [path]);
  return (
    <nav ref={rail} className="rail" aria-label={texts.navigation}>
      <span className="brand">Hookledger</span>
      {PAGES.filter((page) => page.name !== null && isOpenTo(viewer, page)).map((page) => (
        <Link key={page.path} href={page.path} aria-current={isAt(path, page.path) ? 'page' : undefined}>
          {texts.pages[page.name as keyof typeof texts.pages]}
        </Link>
      ))}
      <span className="spring" />
      <span className="who faint">
        {texts.times} <bdi>{zone}</bdi>
      </span>
      {viewer.user ? (
        <span className="who faint">
          <bdi>{viewer.user.fullName ?? viewer.user.name}</bdi>
        </span>
      ) : null}
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

function GoOn() {
  const [search] = useSearchParams();
  return <Redirect to={safeReturnTo(search.get('returnTo'))} replace />;
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
