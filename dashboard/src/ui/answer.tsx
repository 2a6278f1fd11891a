// The states of what a page asks for: loading, failed, denied, there.
import type { UseQueryResult } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import type { ApiError } from '../api/api-error';
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

/** Shows what was asked for once it is there; what was shown stays while it is asked again, and when that fails. */
export function Shown<Data>({ of: query, rows = 3, children }: Props<Data>) {
  if (query.data) {
    return (
      <>
        {query.error ? <Failed error={query.error} retry={() => void query.refetch()} /> : null}
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
      <p>
        {error.code === 'OFFLINE' ? texts.offline : <Ltr>{error.message}</Ltr>}{' '}
        {retryAfterSeconds ? texts.tooMany(retryAfterSeconds) : null}
      </p>
      <p className="faint">
        {texts.code}: <Ltr className="mono">{error.code}</Ltr>
        {requestId ? (
          <>
            {' · '}
            {texts.requestId}: <Ltr className="mono">{requestId}</Ltr>
          </>
        ) : null}
      </p>
      {retry ? (
        <p>
          <Button onPress={retry}>{texts.tryAgain}</Button>
        </p>
      ) : null}
    </div>
  );
}

/** In place of what the role may not read. @param message of the API, which names the roles */
export function Denied({ message, roles }: { message?: string; roles?: readonly string[] }) {
  const texts = useUiTexts();
  return (
    <div className="note" data-tone="neutral">
      <strong>{texts.denied}</strong>{' '}
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
