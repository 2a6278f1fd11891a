// The states of what a page asks for: loading, there, asked for again, failed, in part failed, denied, empty.
import type { UseQueryResult } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import type { ApiError, FieldFault } from '../api/api-error';
import { ROLES_OF, type RootField } from '../api/generated/access';
import type { Answer } from '../api/request';
import { Button } from './button';
import { Ltr } from './ltr';
import { useUiTexts } from './texts';

const STILL_ASKING_MS = 4_000;

interface Props<Data> {
  of: UseQueryResult<Answer<Data>, ApiError>;
  /** How many rows the skeleton has. */
  rows?: number;
  children(data: Data, answer: Answer<Data>): ReactNode;
}

/**
 * Shows what was asked for once it is there; what was shown stays while it is asked again, and when that fails. That the session has
 * ended is said above the page.
 */
export function Shown<Data>({ of: query, rows = 3, children }: Props<Data>) {
  if (query.data) {
    return (
      <>
        <Refreshing isActive={query.isRefetching} />
        {query.error && query.error.code !== 'UNAUTHENTICATED' ? (
          <Failed error={query.error} retry={() => void query.refetch()} />
        ) : null}
        <Faults faults={query.data.faults} retry={() => void query.refetch()} />
        {children(query.data.data, query.data)}
      </>
    );
  }
  if (query.error) return <Failed error={query.error} retry={() => void query.refetch()} />;
  return <Skeleton rows={rows} />;
}

export function Skeleton({ rows }: { rows: number }) {
  const texts = useUiTexts();
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), STILL_ASKING_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className="stack" role="status">
      <span className="hidden-text">{texts.loading}</span>
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} className="skeleton" />
      ))}
      {isLate ? <p className="faint">{texts.stillAsking}</p> : null}
    </div>
  );
}

/** A thin bar above the page while what it shows is asked for again, if that takes long. */
export function Refreshing({ isActive }: { isActive: boolean }) {
  return isActive ? <div className="refreshing no-print" aria-hidden="true" /> : null;
}

/** What failed, with the code and the id that support needs. */
export function Failed({ error, retry }: { error: ApiError; retry?: () => void }) {
  const texts = useUiTexts();
  const { requestId, retryAfterSeconds } = error.details;
  if (error.code === 'FORBIDDEN') return <Denied message={error.message} />;
  return (
    <div className="note stack" data-tone="bad" role="alert">
      <p>
        <strong>{texts.failed}</strong>
      </p>
      <p>{error.code === 'OFFLINE' ? texts.offline : <Ltr>{error.message}</Ltr>}</p>
      <Code code={error.code} requestId={requestId} />
      <Retry
        key={`${error.code} ${requestId}`}
        code={error.code}
        waitSeconds={retryAfterSeconds ?? 0}
        {...(retry ? { retry } : {})}
      />
    </div>
  );
}

function Code({ code, requestId }: { code: string; requestId: string | null | undefined }) {
  const texts = useUiTexts();
  return (
    <p className="faint">
      {texts.code}: <Ltr className="mono">{code}</Ltr>
      {requestId ? (
        <>
          {' · '}
          {texts.requestId}: <Ltr className="mono">{requestId}</Ltr>
        </>
      ) : null}
    </p>
  );
}

/** Not before the server would answer: it says when. */
function Retry({ code, waitSeconds, retry }: { code: string; waitSeconds: number; retry?: () => void }) {
  const texts = useUiTexts();
  const isOver = useIsOver(waitSeconds);
  if (isOver && !retry) return null;
  return (
    <p className="row">
      {isOver ? null : (
        <span>{code === 'LIMIT_EXCEEDED' ? texts.tooMany(waitSeconds) : texts.againIn(waitSeconds)}</span>
      )}
      {retry ? (
        <Button onPress={retry} isDisabled={!isOver}>
          {texts.tryAgain}
        </Button>
      ) : null}
    </p>
  );
}

function useIsOver(seconds: number): boolean {
  const [isOver, setOver] = useState(seconds === 0);
  useEffect(() => {
    const timer = setTimeout(() => setOver(true), seconds * 1_000);
    return () => clearTimeout(timer);
  }, [seconds]);
  return isOver;
}

/** The parts of an answer that failed: the others are shown. */
export function Faults({ faults, retry }: { faults: readonly FieldFault[]; retry?: () => void }) {
  const texts = useUiTexts();
  const each = new Map(faults.map((fault) => [`${fieldOf(fault)} ${fault.extensions?.code}`, fault]));
  return (
    <>
      {[...each].map(([key, fault]) => {
        const { code = 'INTERNAL_SERVER_ERROR', requestId, retryAfterSeconds = 0 } = fault.extensions ?? {};
        const name = fieldOf(fault);
        if (code === 'FORBIDDEN') return <Denied key={key} field={name} {...rolesOr(fault)} />;
        return (
          <div key={key} className="note stack" data-tone="bad" role="alert">
            <p>
              <strong>{texts.partFailed}</strong> <Ltr className="mono">{name}</Ltr> <Ltr>{fault.message}</Ltr>
            </p>
            <Code code={code} requestId={requestId} />
            <Retry code={code} waitSeconds={retryAfterSeconds} {...(retry ? { retry } : {})} />
          </div>
        );
      })}
    </>
  );
}

/** Without places in lists: what one row lacks, the others lack too. */
function fieldOf({ path = [] }: FieldFault): string {
  return path.filter((step) => typeof step === 'string').join('.');
}

/** The roles for which a field of Query is; of another field, the message of the API names them. */
function rolesOr({ path = [], message }: FieldFault): { message: string } | { roles: readonly string[] } {
  const roles = path.length === 1 ? ROLES_OF[`Query.${path[0]}` as RootField] : null;
  return roles ? { roles } : { message };
}

/** In place of what the role may not read. @param message of the API, which names the roles */
export function Denied({ message, roles, field }: { message?: string; roles?: readonly string[]; field?: string }) {
  const texts = useUiTexts();
  return (
    <div className="note" data-tone="neutral">
      <strong>{texts.denied}</strong> {field ? <Ltr className="mono">{field}</Ltr> : null}{' '}
      {roles ? texts.deniedRoles(roles.join(', ')) : message ? <Ltr>{message}</Ltr> : null}
    </div>
  );
}

/** Nothing to show: why, and what to do. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="note">
      <p>
        <strong>{title}</strong>
      </p>
      {children}
    </div>
  );
}
