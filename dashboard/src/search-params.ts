// The part of the address behind the question mark. The hook of the same name in wouter decodes the whole text before its parts are
// read, and so turns `%2542`, which stands for `%42`, into `B`: the name of a document may have a `%`.
import { useCallback, useMemo } from 'react';
import { navigate, useSearch } from 'wouter/use-browser-location';

export function useSearchParams(): [URLSearchParams, (next: URLSearchParams | Record<string, string>) => void] {
  const search = useSearch();
  const params = useMemo(() => new URLSearchParams(search), [search]);
  const set = useCallback((next: URLSearchParams | Record<string, string>) => {
    const text = new URLSearchParams(next).toString();
    navigate(text ? `?${text}` : window.location.pathname);
  }, []);
  return [params, set];
}
