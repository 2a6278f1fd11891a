import { readTargetUrl, type TargetPolicy } from './target-url';

/**
 * The URL of a proxy, or the sentence that says what is wrong with it. The rules for addresses and ports are those of
 * targets. http is allowed: what passes through the tunnel is encrypted by itself, unless the target is called over http.
 */
export function readProxyUrl(url: string, policy: TargetPolicy): URL | string {
  if (/^[a-z]+:\/\/[^/?]*@/i.test(url)) {
    return 'The URL contains credentials (user:password@): give them as username and password.';
  }
  const read = readTargetUrl(url, { ...policy, allowHttp: true });
  if (typeof read === 'string') return read;
  if (read.pathname === '/' && read.search === '') return read;
  return 'The URL of a proxy has no path and no query: write it like http://proxy.example.com:3128.';
}
